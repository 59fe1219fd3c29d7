/** @module For tests of sessions: an agent's end of the socket in memory, and timers that a test fires. */
import assert from "node:assert/strict";
import { Jobs } from "../jobs/jobs.ts";
import { JobStream } from "../jobs/job_stream.ts";
import { silentLog } from "../log.ts";
import { mintId } from "../ids.ts";
import type { Hello, RepoStats } from "../protocol/agent_messages.ts";
import { ServerMessage, SignedPayload } from "../protocol/server_messages.ts";
import type { ReportAck, SignedMessage } from "../protocol/server_messages.ts";
import { importPublicKey, verifyText } from "../protocol/signing.ts";
import { Snapshots } from "../snapshots/snapshots.ts";
import { AgentSessions, type Socket } from "./agent_sessions.ts";
import { Epochs } from "./epochs.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Session } from "./session.ts";
import type { TestWorld } from "./test_world.ts";

/** Jobs that note what a session tells them: these tests are about the session. */
export class NotedJobs extends Jobs {
  readonly notes: string[] = [];
  /** Thrown by the next apply. */
  fault: Error | undefined;
  override reconcile(host_id: string, running: string[]): void {
    this.notes.push(`reconcile ${host_id} ${running.length}`);
  }
  override dispatch(host_id: string): void {
    this.notes.push(`dispatch ${host_id}`);
  }
  override apply(host_id: string, message: { type: string }): boolean {
    if (this.fault !== undefined) throw this.fault;
    this.notes.push(`apply ${host_id} ${message.type}`);
    return false;
  }
}

/** The agent's end of a socket in memory. */
export class FakeSocket implements Socket {
  readonly sent: unknown[] = [];
  closed_with: number | undefined;
  buffered_bytes = 0;
  send(text: string): void {
    assert.equal(this.closed_with, undefined, "nothing is sent after the close");
    this.sent.push(ServerMessage.parse(JSON.parse(text)));
  }
  close(code: number): void {
    this.closed_with ??= code;
  }
}

/** Timers that fire when the test says so. */
export class FakeScheduler implements Scheduler {
  #waiting = new Map<number, { ms: number; run: () => void }>();
  #next = 0;
  after(ms: number, run: () => void): () => void {
    const id = this.#next++;
    this.#waiting.set(id, { ms, run });
    return () => this.#waiting.delete(id);
  }
  get pending_ms(): number[] {
    return [...this.#waiting.values()].map((timer) => timer.ms);
  }
  /** Fires all, or those of one length. */
  fire(ms?: number): void {
    for (const [id, timer] of [...this.#waiting]) {
      if (ms !== undefined && timer.ms !== ms) continue;
      this.#waiting.delete(id);
      timer.run();
    }
  }
}

/**
 * Sessions over the world's nouns; `open` is the agent's side of one socket. Nothing seems to take
 * time, so everything is done at once, unless `time_ms` tells otherwise.
 */
export async function sessions(world: TestWorld, time_ms = () => 0) {
  const jobs = new NotedJobs({ ...world, stream: new JobStream() });
  const scheduler = new FakeScheduler();
  const epochs = new Epochs({ ...world, log: silentLog });
  const agent_sessions = new AgentSessions({
    ...world,
    log: silentLog,
    jobs,
    snapshots: new Snapshots(world),
    base_url: "https://backup.example",
    epochs,
    scheduler,
    time_ms,
  });
  const key = await importPublicKey(world.identity.public_key);
  function open(host: { id: string; name: string }) {
    const socket = new FakeSocket();
    const session = agent_sessions.open(host, socket, "10.0.0.20") as Session;
    const send = (message: unknown) => session.message(JSON.stringify(message));
    /** Everything signed that arrived for this host, verified as an agent does. */
    async function received(): Promise<SignedMessage[]> {
      await session.settled();
      const messages: SignedMessage[] = [];
      for (const frame of socket.sent as ServerMessage[]) {
        if (frame.type !== "signed") continue;
        assert.equal(await verifyText(key, frame.payload, frame.signature), true);
        const payload = SignedPayload.parse(JSON.parse(frame.payload));
        assert.equal(payload.host_id, host.id);
        messages.push(...payload.messages);
      }
      return messages;
    }
    return { socket, session, send, received };
  }
  return { jobs, scheduler, agent_sessions, epochs, open };
}

/** A hello of a healthy agent, with some fields replaced. */
export function aHello(world: TestWorld, given: Record<string, unknown> = {}): Hello {
  return {
    type: "hello",
    protocol_version: 1,
    agent_version: "0.1.0",
    run_id: mintId(),
    os: "linux",
    os_version: "Debian 12",
    arch: "x86_64",
    hostname: "web-01",
    restic_version: "0.19.1",
    restic_error: null,
    running_jobs: [],
    config_version: 0,
    command_counter: 0,
    time: new Date(world.clock.now_ms()).toISOString(),
    ...given,
  };
}

/** A report that shows in the host's `repo_size_bytes`. */
export function stats(run_id: string, seq: number, size_bytes: number): RepoStats {
  return {
    type: "repo.stats",
    report: { run_id, seq },
    size_bytes,
    snapshot_count: 1,
    dedup_ratio: null,
    compression_ratio: null,
    last_check_at: null,
    last_check_status: null,
    lock_state: "unlocked",
  };
}

/** The numbers of the reports that were acknowledged, in order. */
export function acked(messages: SignedMessage[]): number[] {
  const acks = messages.filter((message): message is ReportAck => message.type === "ack");
  return acks.flatMap((ack) => ack.reports.map((report) => report.seq));
}

/** The types of the frames that were sent, in order. */
export function types(socket: FakeSocket): string[] {
  return (socket.sent as { type: string }[]).map((message) => message.type);
}
