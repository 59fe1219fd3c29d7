/**
 * @module A host of the fault tests: an agent that speaks the real protocol, runs nothing, and keeps
 * across every cut what a real one has on its disk. It notes what it did and what was acknowledged.
 */
import { mintId } from "../../server/ids.ts";
import type { Hello, Report } from "../../server/protocol/agent_messages.ts";
import type { LogLine, Snapshot } from "../../server/protocol/entities.ts";
import type { EnrollAnswer } from "../../server/protocol/enrollment.ts";
import { paths } from "../../server/protocol/paths.ts";
import type { CommandRun, SignedPayload } from "../../server/protocol/server_messages.ts";
import { fromBase64, importPublicKey, verifyText } from "../../server/protocol/signing.ts";
import { PROTOCOL_VERSION, SOFTWARE_VERSION } from "../../server/protocol/version.ts";
import type { Record } from "../checker/record.ts";
import type { Chance } from "../long/chance.ts";
import { FakeOutbox } from "./fake_outbox.ts";

type Unkeyed<T> = T extends Report ? Omit<T, "report"> : never;
type HeldJob = { command: CommandRun; state: "pending" | "running" | "finished" };

const FACTS = {
  os: "linux",
  os_version: "Debian 12",
  arch: "x86_64",
  agent_version: SOFTWARE_VERSION,
  protocol_version: PROTOCOL_VERSION,
} as const;

export interface FakeHostOptions {
  base_url: string;
  name: string;
  record: Record;
  chance: Chance;
  /** How long one step of a job takes, at least and at most. */
  step_ms: readonly [number, number];
}

export class FakeHost {
  readonly name: string;
  host_id = "";
  readonly outbox: FakeOutbox;
  /** Its repository: what it made. */
  readonly snapshots: Snapshot[] = [];
  readonly refusals: string[] = [];
  readonly #o: FakeHostOptions;
  readonly #jobs = new Map<string, HeldJob>();
  readonly #commands = new Set<string>();
  readonly #cancelled = new Set<string>();
  readonly #stopped = new AbortController();
  #run_id = mintId();
  #crash = new AbortController();
  #counter = 0;
  #epoch: number | undefined;
  #bearer = "";
  #key: CryptoKey | undefined;
  #socket: WebSocket | undefined;
  #turn: Promise<void> = Promise.resolve();
  #wake = Promise.withResolvers<void>();
  #away_ms = 0;
  /** Counts for the test's figures. */
  redelivered = 0;
  restarts = 0;
  connects = 0;

  constructor(options: FakeHostOptions) {
    this.#o = options;
    this.name = options.name;
    this.outbox = new FakeOutbox((text) => this.#sendText(text));
  }

  async enroll(token: string): Promise<void> {
    const answer = await fetch(this.#o.base_url + paths.api.agentEnroll(), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token, nonce: mintId(), hostname: this.name, ...FACTS }),
    });
    if (!answer.ok) throw new Error(`enrol ${this.name}: ${answer.status} ${await answer.text()}`);
    const { host_id, bearer, public_key } = await answer.json() as EnrollAnswer;
    this.host_id = host_id;
    this.#bearer = bearer;
    this.#key = await importPublicKey(fromBase64(public_key));
  }

  /** Connects and works until {@link stop}. */
  async live(): Promise<void> {
    const working = this.#work();
    while (!this.#stopped.signal.aborted) {
      await this.#connection();
      const wait_ms = this.#away_ms > 0 ? this.#away_ms : this.#o.chance.between(20, 600);
      this.#away_ms = 0;
      await sleep(wait_ms, this.#stopped.signal);
    }
    await working;
  }

  stop(): void {
    this.#stopped.abort();
    this.#crash.abort();
    this.#wake.resolve();
    this.#socket?.close();
  }

  /** Cuts the line; it comes back after so long. */
  goAway(for_ms: number): void {
    this.#away_ms = for_ms;
    this.#socket?.close();
  }

  /** Dies and starts again: its memory is gone, its disk is not. */
  restart(): void {
    this.restarts++;
    this.outbox.detach();
    this.#crash.abort();
    this.#crash = new AbortController();
    this.#run_id = mintId();
    this.outbox.begin();
    for (const job of this.#jobs.values()) {
      if (job.state === "running") {
        this.#end(job, { status: "interrupted", error_class: "agent_restarted" });
      }
    }
    this.#socket?.close();
  }

  get connected(): boolean {
    return this.outbox.attached;
  }

  get busy(): boolean {
    return [...this.#jobs.values()].some((job) => job.state !== "finished");
  }

  get running(): boolean {
    return [...this.#jobs.values()].some((job) => job.state === "running");
  }

  async #connection(): Promise<void> {
    const url = this.#o.base_url.replace("http", "ws") + paths.api.agentSocket();
    const headers = { authorization: `Bearer ${this.#bearer}` };
    const socket = new WebSocket(url, { headers } as unknown as string[]);
    this.#socket = socket;
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    socket.onopen = () => socket.send(JSON.stringify(this.#hello()));
    socket.onerror = () => {};
    socket.onclose = () => resolve();
    socket.onmessage = ({ data }) => {
      this.#o.record.tick();
      const message = JSON.parse(data);
      if (message.type === "welcome") {
        this.connects++;
        this.outbox.attach();
      } else if (message.type === "error") this.refusals.push(data);
      else if (message.type === "signed") {
        // Verifying is asynchronous: one after the other keeps the server's order.
        this.#turn = this.#turn.then(() => this.#obey(socket, message.payload, message.signature));
      }
    };
    await closed;
    this.outbox.detach();
    await this.#turn;
  }

  #hello(): Hello {
    const open = [...this.#jobs].filter(([, job]) => job.state !== "finished").map(([id]) => id);
    return {
      type: "hello",
      ...FACTS,
      run_id: this.#run_id,
      hostname: this.name,
      restic_version: "0.19.1",
      restic_error: null,
      running_jobs: [...new Set([...open, ...this.outbox.jobIds()])].slice(0, 64),
      config_version: 0,
      command_counter: this.#counter,
      time: now(),
    };
  }

  async #obey(socket: WebSocket, payload: string, signature: string): Promise<void> {
    if (!await verifyText(this.#key!, payload, signature)) this.refusals.push("bad signature");
    const { host_id, epoch, messages } = JSON.parse(payload) as SignedPayload;
    if (host_id !== this.host_id) this.refusals.push(`a message for ${host_id}`);
    // A crash is no restore: commands of another epoch would be void.
    this.#epoch ??= epoch;
    if (epoch !== this.#epoch) this.refusals.push(`epoch ${epoch} after ${this.#epoch}`);
    const command_ids: string[] = [];
    for (const message of messages) {
      if (message.type === "ack") {
        for (const key of message.reports) this.#acknowledged(this.outbox.acknowledge(key));
      } else if (message.type === "config.update") {
        this.#sendOn(socket, { type: "config.ack", config_version: message.config_version });
      } else if (message.type === "schedule.set") {
        const { schedule_version } = message;
        this.#sendOn(socket, { type: "schedule.ack", schedule_version, refused: null });
      } else {
        command_ids.push(message.id);
        if (this.#commands.has(message.id)) this.redelivered++;
        else if (message.counter <= this.#counter) {
          this.refusals.push(`counter ${message.counter} after ${this.#counter}`);
        } else {
          this.#commands.add(message.id);
          this.#counter = message.counter;
          if (message.type === "command.cancel") this.#cancelled.add(message.job_id);
          else if (!this.#jobs.has(message.job_id)) {
            this.#jobs.set(message.job_id, { command: message, state: "pending" });
          }
        }
      }
    }
    if (command_ids.length > 0) this.#sendOn(socket, { type: "ack", command_ids });
    this.#wake.resolve();
    this.outbox.pump();
  }

  #acknowledged(message: Report | undefined): void {
    if (message === undefined) return; // Acknowledged before.
    this.#o.record.history.acknowledged.push({ host_id: this.host_id, message });
  }

  async #work(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      this.#wake = Promise.withResolvers<void>();
      const job = [...this.#jobs.values()].find(({ state }) => state === "pending");
      if (job === undefined) await this.#wake.promise;
      else await this.#run(job);
    }
  }

  async #run(job: HeldJob): Promise<void> {
    const { job_id, kind } = job.command;
    const { chance, record } = this.#o;
    const crash = this.#crash.signal;
    if (this.#cancelled.has(job_id)) return this.#end(job, { status: "cancelled" });
    job.state = "running";
    record.history.runs.push({ host_id: this.host_id, job_id });
    const started_at = now();
    this.#report({ type: "job.started", job_id, kind, started_at });
    if (kind === "init") return this.#end(job, { status: "succeeded" });
    const batches = chance.between(1, 6);
    let seq = 0;
    for (let n = 0; n < batches; n++) {
      await sleep(chance.between(...this.#o.step_ms), crash);
      if (crash.aborted || job.state !== "running") return;
      if (this.#cancelled.has(job_id)) return this.#end(job, { status: "cancelled" }, seq);
      const lines: LogLine[] = Array.from({ length: chance.between(1, 12) }, () => ({
        seq: ++seq,
        ts: now(),
        stream: "stdout",
        payload: `${this.name} writes line ${seq}`,
      }));
      this.#report({ type: "log.stream", job_id, lines });
      this.#progress(job_id, n / batches);
    }
    const luck = chance.next();
    if (luck < 0.1) {
      return this.#end(job, { status: "failed", exit_code: 1, error_class: "network" }, seq);
    }
    const snapshot_id = this.#snapshot();
    const status = luck < 0.25 ? "warning" : "succeeded";
    this.#end(job, {
      status,
      exit_code: status === "warning" ? 3 : 0,
      error_class: status === "warning" ? "files_unreadable" : null,
      stats: { snapshot_id },
    }, seq);
  }

  /** A snapshot is in the repository before anybody is told of it. */
  #snapshot(): string {
    const id = (mintId() + mintId()).replaceAll("-", "");
    this.snapshots.push({
      ...{ id, time: now(), hostname: this.name, username: "root", paths: ["/data"], tags: [] },
      ...{ parent: null, program_version: "restic 0.19.1" },
      ...{ size_bytes: 1000, file_count: 1, added_bytes: 1000 },
    });
    const { history } = this.#o.record;
    history.made.push({ host_id: this.host_id, snapshot_id: id, tick: this.#o.record.tick() });
    return id;
  }

  #end(
    job: HeldJob,
    end: Partial<Extract<Report, { type: "job.finished" }>> & { status: string },
    log_lines = 0,
  ): void {
    job.state = "finished";
    const { job_id, kind } = job.command;
    this.#report({
      ...{ type: "job.finished", job_id, kind, error: null, stats: null, error_class: null },
      ...{ exit_code: end.status === "succeeded" ? 0 : null, started_at: null, log_lines },
      ...{ finished_at: now(), ...end },
    } as Unkeyed<Report>);
    if (end.stats?.snapshot_id === undefined) return;
    const listing = { listing_id: mintId(), page: 1, pages: 1 };
    this.#report({ type: "snapshots.report", ...listing, snapshots: this.snapshots.slice(-400) });
  }

  #progress(job_id: string, percent_done: number): void {
    this.#sendText(JSON.stringify({
      ...{ type: "job.progress", job_id, phase: "uploading", percent_done },
      ...{ files_done: 1, total_files: 2, bytes_done: 500, total_bytes: 1000, error_count: 0 },
      ...{ eta_seconds: 1, throughput_bytes_per_second: 1000, current_files: [] },
    }));
  }

  #report(report: Unkeyed<Report>): void {
    this.outbox.append(this.#run_id, report);
  }

  #sendText(text: string): void {
    if (this.connected && this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  #sendOn(socket: WebSocket, message: unknown): void {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }
}

function now(): string {
  return new Date().toISOString();
}

function sleep(duration_ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(over, duration_ms);
    signal.addEventListener("abort", over, { once: true });
    function over(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", over);
      resolve();
    }
  });
}
