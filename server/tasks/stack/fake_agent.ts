/**
 * @module An agent that speaks the real protocol and runs nothing: for tests and benches that need
 * many agents, or jobs that end in a millisecond. It checks signatures as the real one does.
 */
import { paths } from "../../protocol/paths.ts";
import { PROTOCOL_VERSION, SOFTWARE_VERSION } from "../../protocol/version.ts";
import { fromBase64, importPublicKey, verifyText } from "../../protocol/signing.ts";
import type { Hello, Report } from "../../protocol/agent_messages.ts";
import type { EnrollAnswer } from "../../protocol/enrollment.ts";
import type { CommandRun, SignedMessage, SignedPayload } from "../../protocol/server_messages.ts";
import { mintId } from "../../ids.ts";

type Unkeyed<T> = T extends Report ? Omit<T, "report"> : never;

export interface FakeAgentOptions {
  base_url: string;
  /** Called for each command.run, which is acknowledged first. */
  onRun?(agent: FakeAgent, command: CommandRun): void;
  hostname?: string;
  /** In place of the plain facts about itself, at enrolment and in each hello. */
  facts?: Partial<Pick<Hello, "agent_version" | "os_version" | "arch" | "restic_version">>;
}

/** What enrolment gave it. */
export type FakeIdentity = Pick<EnrollAnswer, "host_id" | "bearer" | "public_key">;

export class FakeAgent {
  readonly host_id: string;
  readonly run_id = mintId();
  /** Every signed message that arrived, in order. */
  readonly received: SignedMessage[] = [];
  readonly #options: FakeAgentOptions;
  readonly #bearer: string;
  readonly #key: CryptoKey;
  #socket: WebSocket | undefined;
  #seq = 0;
  #acknowledged = new Set<number>();
  #opening: Promise<void> = Promise.resolve();

  private constructor(options: FakeAgentOptions, identity: FakeIdentity, key: CryptoKey) {
    this.#options = options;
    this.host_id = identity.host_id;
    this.#bearer = identity.bearer;
    this.#key = key;
  }

  /** Turns a token into an identity, as `enroll` does. */
  static async enroll(options: FakeAgentOptions, token: string): Promise<FakeAgent> {
    const answer = await fetch(options.base_url + paths.api.agentEnroll(), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        token,
        nonce: mintId(),
        protocol_version: PROTOCOL_VERSION,
        agent_version: SOFTWARE_VERSION,
        hostname: options.hostname ?? "fake",
        os: "linux",
        os_version: "Debian 12",
        arch: "x86_64",
        ...enrolmentFacts(options),
      }),
    });
    if (!answer.ok) throw new Error(`enrol: ${answer.status} ${await answer.text()}`);
    return await FakeAgent.of(options, await answer.json() as EnrollAnswer);
  }

  /** An agent that was enrolled before. */
  static async of(options: FakeAgentOptions, identity: FakeIdentity): Promise<FakeAgent> {
    const key = await importPublicKey(fromBase64(identity.public_key));
    return new FakeAgent(options, identity, key);
  }

  /** Connects and resolves once the server has greeted it. */
  async connect(): Promise<void> {
    const url = this.#options.base_url.replace(/^http/, "ws") + paths.api.agentSocket();
    // The DOM's types, which the islands need, do not know that Deno takes headers here.
    const options = { headers: { authorization: `Bearer ${this.#bearer}` } } as unknown as string[];
    const socket = new WebSocket(url, options);
    this.#socket = socket;
    const greeted = Promise.withResolvers<void>();
    socket.onopen = () =>
      this.send({
        type: "hello",
        protocol_version: PROTOCOL_VERSION,
        agent_version: SOFTWARE_VERSION,
        run_id: this.run_id,
        os: "linux",
        os_version: "Debian 12",
        arch: "x86_64",
        hostname: this.#options.hostname ?? "fake",
        restic_version: "0.19.1",
        restic_error: null,
        running_jobs: [],
        config_version: 0,
        command_counter: 0,
        time: new Date().toISOString(),
        ...this.#options.facts,
      });
    socket.onclose = (event) => greeted.reject(new Error(`closed ${event.code} ${event.reason}`));
    socket.onerror = () => greeted.reject(new Error("the socket failed"));
    socket.onmessage = (event) => {
      const message = JSON.parse(event.data);
      if (message.type === "welcome") greeted.resolve();
      if (message.type === "ping") this.send({ type: "pong", nonce: message.nonce });
      // Verifying is asynchronous: one after the other keeps the server's order.
      if (message.type === "signed") {
        this.#opening = this.#opening.then(() => this.#open(message.payload, message.signature));
      }
    };
    await greeted.promise;
    socket.onclose = null;
  }

  /** Sends a frame as it is. */
  send(message: unknown): void {
    this.#socket!.send(JSON.stringify(message));
  }

  /** Sends a report with the next number and returns that. */
  report(report: Unkeyed<Report>): number {
    const seq = ++this.#seq;
    this.send({ ...report, report: { run_id: this.run_id, seq } });
    return seq;
  }

  /** True once the server has acknowledged the report. */
  acknowledged(seq: number): boolean {
    return this.#acknowledged.has(seq);
  }

  close(): void {
    this.#socket?.close();
  }

  async #open(payload: string, signature: string): Promise<void> {
    if (!await verifyText(this.#key, payload, signature)) throw new Error("bad signature");
    const { host_id, messages } = JSON.parse(payload) as SignedPayload;
    if (host_id !== this.host_id) throw new Error("for another host");
    for (const message of messages) {
      this.received.push(message);
      switch (message.type) {
        case "ack":
          for (const { run_id, seq } of message.reports) {
            if (run_id === this.run_id) this.#acknowledged.add(seq);
          }
          break;
        case "config.update":
          this.send({ type: "config.ack", config_version: message.config_version });
          break;
        case "schedule.set":
          this.send({
            type: "schedule.ack",
            schedule_version: message.schedule_version,
            refused: null,
          });
          break;
        case "command.run":
          this.send({ type: "ack", command_ids: [message.id] });
          this.#options.onRun?.(this, message);
          break;
        case "command.cancel":
          this.send({ type: "ack", command_ids: [message.id] });
          break;
      }
    }
  }
}

function enrolmentFacts({ facts = {} }: FakeAgentOptions): Record<string, unknown> {
  const { restic_version: _, ...known } = facts;
  return known;
}
