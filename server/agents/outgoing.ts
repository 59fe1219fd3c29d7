/**
 * @module What goes out on one agent socket. Signing is asynchronous, so everything signed passes
 * one queue: frames leave in the order in which they were asked for.
 */
import type { Clock } from "../clock.ts";
import { iso } from "../clock.ts";
import type { ServerMessage, SignedMessage, SignedPayload } from "../protocol/server_messages.ts";
import type { ReportKey } from "../protocol/agent_messages.ts";
import type { ServerIdentity } from "../secrets/identity.ts";
import type { Socket } from "./agent_sessions.ts";

/** A frame is closed when its messages reach this; quoting at most triples it, far below 1 MiB. */
const BATCH_MAX_CHARS = 200_000;
const ACKS_MAX = 1000;
/** With more than this on its way an agent does not read, and each further answer costs memory. */
const BUFFERED_MAX_BYTES = 4 * 1024 * 1024;

export interface OutgoingOptions {
  socket: Socket;
  host_id: string;
  identity: ServerIdentity;
  clock: Clock;
  /** The epoch of the host, read anew for each frame: a hello may raise it. */
  epoch: () => number;
  /** Called once if signing or sending fails; nothing is sent after that. */
  onFailure: (error: unknown) => void;
  /** Called once when the agent reads too slowly; nothing is sent after that. */
  onSlow: () => void;
}

export class Outgoing {
  #options: OutgoingOptions;
  #queue: Promise<void> = Promise.resolve();
  #acks: ReportKey[] = [];
  #stopped = false;

  constructor(options: OutgoingOptions) {
    this.#options = options;
  }

  /** Sends at once, unsigned. */
  plain(message: ServerMessage): void {
    this.#send(message);
  }

  /** Sends what `build` answers when its turn comes, in signed frames. */
  signed(build: () => Promise<SignedMessage[]> | SignedMessage[]): void {
    this.#queue = this.#queue.then(async () => {
      if (this.#stopped) return;
      try {
        for (const batch of batches(await build())) await this.#sendSigned(batch);
      } catch (error) {
        this.stop();
        this.#options.onFailure(error);
      }
    });
  }

  /** Acknowledges a committed report. Those that come while a frame is being signed share one. */
  acknowledge(report: ReportKey): void {
    this.#acks.push(report);
    if (this.#acks.length > 1) return;
    this.signed(() => {
      const reports = this.#acks;
      this.#acks = [];
      const messages: SignedMessage[] = [];
      for (let at = 0; at < reports.length; at += ACKS_MAX) {
        messages.push({ type: "ack", reports: reports.slice(at, at + ACKS_MAX) });
      }
      return messages;
    });
  }

  /** Nothing leaves after this. */
  stop(): void {
    this.#stopped = true;
  }

  /** Resolves when what was asked for until now is sent. */
  async settled(): Promise<void> {
    await this.#queue;
  }

  async #sendSigned(messages: SignedMessage[]): Promise<void> {
    const { host_id, identity, clock, epoch } = this.#options;
    const body: SignedPayload = { host_id, epoch: epoch(), sent_at: iso(clock.now_ms()), messages };
    const payload = JSON.stringify(body);
    const signature = await identity.sign(payload);
    this.#send({ type: "signed", payload, signature });
  }

  #send(message: ServerMessage): void {
    if (this.#stopped) return;
    const { socket, onSlow } = this.#options;
    if (socket.buffered_bytes <= BUFFERED_MAX_BYTES) return socket.send(JSON.stringify(message));
    this.stop();
    onSlow();
  }
}

function* batches(messages: SignedMessage[]): Generator<SignedMessage[]> {
  let batch: SignedMessage[] = [];
  let chars = 0;
  for (const message of messages) {
    const size = JSON.stringify(message).length;
    if (batch.length > 0 && chars + size > BATCH_MAX_CHARS) {
      yield batch;
      batch = [];
      chars = 0;
    }
    batch.push(message);
    chars += size;
  }
  if (batch.length > 0) yield batch;
}
