/** @module One socket to the server, from its opening to its end. */
import type { AgentMessage, Hello } from "../server/protocol/agent_messages.ts";
import { CLOSE, closeName } from "../server/protocol/close_codes.ts";
import {
  FRAME_MAX_BYTES,
  HEARTBEAT_SECONDS,
  PEER_SILENCE_SECONDS,
} from "../server/protocol/limits.ts";
import type { ServerMessage, Signed, Welcome } from "../server/protocol/server_messages.ts";
import { PROTOCOL_VERSION } from "../server/protocol/version.ts";
import { checkServerMessage } from "./check.ts";
import { ClockJump } from "./clock_jump.ts";
import { assertNever, messageOf, oneLine } from "./errors.ts";
import type { AgentLog } from "./log.ts";
import type { Orders } from "./orders.ts";
import type { Outbox } from "./outbox.ts";
import { iso, type Timing } from "./timing.ts";

/** Progress is dropped while more than this waits in the socket. */
const BUFFERED_MAX_BYTES = FRAME_MAX_BYTES;
/** How soon a clock that was set, or the end of a machine's sleep, is noticed. */
const TICK_MS = 5000;

/** Why a session ended, and whether trying again soon makes sense. */
export interface SessionEnd {
  reason: string;
  slow: boolean;
  /** True when the server has another machine for our host, or does not know us. */
  turned_away?: boolean;
  /** True when we left in order to greet again at once. */
  renewed?: boolean;
  /** How long the server had accepted us, in milliseconds; 0 if it never did. */
  welcomed_ms: number;
}

export interface SessionOptions {
  socket: WebSocket;
  host_id: string;
  hello(): Promise<Hello>;
  outbox: Outbox;
  orders: Orders;
  timing: Timing;
  log: AgentLog;
  onWelcome(welcome: Welcome): void;
}

/** Ends when the socket closed, the server went silent or broke the protocol, or on the signal. */
export class Session {
  readonly #o: SessionOptions;
  readonly #ended = Promise.withResolvers<Omit<SessionEnd, "welcomed_ms">>();
  readonly #over = new AbortController();
  #heard_ms: number;
  #welcomed_at_ms: number | undefined;
  #last_error: string | undefined;
  /** Frames are handled one after the other, though verifying is asynchronous. */
  #queue: Promise<void> = Promise.resolve();

  constructor(options: SessionOptions) {
    this.#o = options;
    this.#heard_ms = options.timing.elapsed_ms();
  }

  async run(signal: AbortSignal): Promise<SessionEnd> {
    const { socket } = this.#o;
    socket.onopen = () => this.#guard(() => this.#greet());
    socket.onmessage = (event) => this.#frame(event.data);
    socket.onerror = (event) => {
      this.#last_error = oneLine((event as ErrorEvent).message ?? "");
    };
    socket.onclose = (event) => this.#closed(event.code);
    const stop = () => this.#end({ reason: "stopped", slow: false }, 1000);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    const watch = this.#watch();
    const end = await this.#ended.promise;
    signal.removeEventListener("abort", stop);
    this.#over.abort();
    this.#o.outbox.detach();
    await Promise.all([watch, this.#queue]);
    const since = this.#welcomed_at_ms;
    return { ...end, welcomed_ms: since === undefined ? 0 : this.#o.timing.elapsed_ms() - since };
  }

  /** Sends what may be lost. Returns false if it was. */
  sendLive(message: AgentMessage): boolean {
    const { socket } = this.#o;
    if (this.#welcomed_at_ms === undefined || this.#over.signal.aborted) return false;
    if (socket.bufferedAmount > BUFFERED_MAX_BYTES) return false;
    return this.#send(JSON.stringify(message));
  }

  /** Ends the session, to be followed by another with a new hello. */
  renew(reason: string): void {
    this.#end({ reason, slow: false, renewed: true }, 1000);
  }

  async #greet(): Promise<void> {
    this.#heard_ms = this.#o.timing.elapsed_ms();
    this.#send(JSON.stringify(await this.#o.hello()));
  }

  #frame(data: unknown): void {
    this.#heard_ms = this.#o.timing.elapsed_ms();
    // A client of the WebSocket API may not send 1009 itself: the name goes into the reason.
    if (typeof data !== "string") return this.#break("a frame that is not text");
    if (data.length > FRAME_MAX_BYTES) return this.#break("a frame over 1 MiB (too_big)");
    this.#queue = this.#queue.then(() => this.#handle(data)).catch((error) => {
      this.#end({ reason: messageOf(error), slow: false }, CLOSE.bad_message);
    });
  }

  async #handle(frame: string): Promise<void> {
    if (this.#over.signal.aborted) return;
    const checked = checkServerMessage(frame);
    if ("message" in checked) return await this.#dispatch(checked.message);
    switch (checked.problem) {
      case "malformed":
        return this.#break("a message that cannot be read");
      case "unsigned":
        return this.#o.log.error("refused an unsigned command");
      case "unknown":
        return this.#o.log.warn("ignored a message of an unknown type");
      default:
        assertNever(checked.problem);
    }
  }

  async #dispatch(message: ServerMessage): Promise<void> {
    switch (message.type) {
      case "welcome":
        return this.#welcome(message);
      case "heartbeat.reply":
        return;
      case "ping":
        this.#send(JSON.stringify({ type: "pong", nonce: message.nonce } satisfies AgentMessage));
        return;
      case "error": {
        const upgrade = message.upgrade_url === null ? "" : `; see ${message.upgrade_url}`;
        this.#last_error = oneLine(`${message.code}: ${message.message}${upgrade}`);
        return;
      }
      case "signed":
        return await this.#order(message);
      default:
        assertNever(message);
    }
  }

  #welcome(welcome: Welcome): void {
    if (welcome.protocol_version !== PROTOCOL_VERSION) {
      const reason = `the server speaks protocol ${welcome.protocol_version}, ` +
        `this agent speaks ${PROTOCOL_VERSION}: update the older of the two`;
      return this.#end({ reason, slow: true }, CLOSE.protocol_too_new);
    }
    if (welcome.host_id !== this.#o.host_id) {
      const reason = "the server takes this agent for another host: enrol it again";
      return this.#end({ reason, slow: true }, CLOSE.bad_message);
    }
    if (this.#welcomed_at_ms !== undefined) return;
    this.#welcomed_at_ms = this.#o.timing.elapsed_ms();
    this.#o.onWelcome(welcome);
    this.#o.outbox.attach((text) => this.#send(text));
  }

  async #order(signed: Signed): Promise<void> {
    if (this.#welcomed_at_ms === undefined) return this.#break("an order before its welcome");
    const obeyed = await this.#o.orders.receive(signed);
    if (obeyed === "forged") {
      const reason = "the server's messages are not signed by the key of this enrolment";
      return this.#end({ reason, slow: true }, CLOSE.bad_signature);
    }
    if (obeyed === "refused") return;
    if (obeyed.config_version !== undefined) {
      const { config_version } = obeyed;
      this.#send(JSON.stringify({ type: "config.ack", config_version } satisfies AgentMessage));
    }
    if (obeyed.schedules !== undefined) {
      this.#send(
        JSON.stringify({ type: "schedule.ack", ...obeyed.schedules } satisfies AgentMessage),
      );
    }
    if (obeyed.command_ids.length > 0) {
      const { command_ids } = obeyed;
      this.#send(JSON.stringify({ type: "ack", command_ids } satisfies AgentMessage));
    }
    if (obeyed.entered_epoch) this.renew("the server was put back to an earlier copy");
  }

  /** Silence is measured by a clock that nobody can set: a set one would hide it, or invent it. */
  async #watch(): Promise<void> {
    const { timing } = this.#o;
    const silence_ms = PEER_SILENCE_SECONDS * 1000;
    const jump = new ClockJump(timing);
    let beat_ms = timing.elapsed_ms();
    while (!this.#over.signal.aborted) {
      const left_ms = this.#heard_ms + silence_ms - timing.elapsed_ms();
      await timing.sleep(Math.min(TICK_MS, left_ms), this.#over.signal);
      if (this.#over.signal.aborted) return;
      const now_ms = timing.elapsed_ms();
      if (now_ms - this.#heard_ms >= silence_ms) {
        const reason = this.#last_error ?? `the server was silent for ${PEER_SILENCE_SECONDS} s`;
        return this.#end({ reason, slow: false }, CLOSE.silent);
      }
      if (jump.happened) {
        // After a sleep this socket is most likely dead, and the server measures clocks at a hello.
        this.#o.log.info("the clock was set or this machine slept: connecting anew");
        return this.renew("the clock was set or this machine slept");
      }
      if (this.#welcomed_at_ms !== undefined && now_ms - beat_ms >= HEARTBEAT_SECONDS * 1000) {
        beat_ms = now_ms;
        const time = iso(timing.now_ms());
        this.#send(JSON.stringify({ type: "heartbeat", time } satisfies AgentMessage));
      }
    }
  }

  #closed(code: number): void {
    // A refused upgrade has no code of its own; Deno's error names the HTTP status.
    const refused = /status code: 40[13]/.test(this.#last_error ?? "");
    if (refused || code === CLOSE.bad_credential || code === CLOSE.host_removed) {
      const reason = "the server does not know this agent (any more): enrol it again or stop it";
      return this.#end({ reason, slow: true, turned_away: true });
    }
    const reason = this.#last_error ?? `the server closed the connection (${closeName(code)})`;
    const turned_away = code === CLOSE.duplicate_identity;
    this.#end({ reason, slow: SLOW_CODES.has(code), turned_away });
  }

  #break(what: string): void {
    this.#end({ reason: `the server sent ${what}`, slow: false }, CLOSE.bad_message);
  }

  #send(text: string): boolean {
    const { socket } = this.#o;
    if (socket.readyState !== WebSocket.OPEN) return false;
    socket.send(text);
    return true;
  }

  /** A dead peer never answers a close: the session ends by itself. */
  #end(end: Omit<SessionEnd, "welcomed_ms">, code?: number): void {
    this.#ended.resolve(end);
    this.#over.abort();
    if (code === undefined) return;
    const { socket } = this.#o;
    if (socket.readyState <= WebSocket.OPEN) socket.close(code, closeName(code));
  }

  #guard(work: () => Promise<void>): void {
    work().catch((error) => this.#end({ reason: messageOf(error), slow: false }, 1000));
  }
}

const SLOW_CODES: ReadonlySet<number> = new Set([
  CLOSE.protocol_too_old,
  CLOSE.protocol_too_new,
  CLOSE.replaced,
  CLOSE.duplicate_identity,
]);
