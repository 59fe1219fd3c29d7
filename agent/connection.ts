/** @module The connection to the server: one session after another, with waits between them. */
import type { AgentMessage } from "../server/protocol/agent_messages.ts";
import { backOff, SLOW_RETRY_MS } from "./back_off.ts";
import { type CertPins, PinMismatch } from "./cert_pins.ts";
import { ClockJump } from "./clock_jump.ts";
import { messageOf } from "./errors.ts";
import { Session, type SessionEnd, type SessionOptions } from "./session.ts";

/** A session that lasted this long proves that the server is well: waits begin small again. */
const STEADY_MS = 30_000;

/** How soon the end of a machine's sleep is noticed in a long wait. */
const WAIT_STEP_MS = 5000;

export interface ConnectionOptions extends Omit<SessionOptions, "socket"> {
  /** ws: or wss: */
  url: string;
  bearer: string;
  pins: Pick<CertPins, "accepted" | "connected">;
  /** The server has another machine for our host, or does not know us. */
  onTurnedAway(): void;
  onLost(reason: string): void;
}

export class Connection {
  readonly #o: ConnectionOptions;
  #session: Session | undefined;
  #logged: string | undefined;

  constructor(options: ConnectionOptions) {
    this.#o = options;
  }

  /** Connects, and connects again, until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const end = await this.#once(signal);
      if (signal.aborted) return;
      if (end.renewed) continue;
      if (end.turned_away) this.#o.onTurnedAway();
      failures = end.welcomed_ms >= STEADY_MS ? 0 : failures + 1;
      const wait_ms = end.slow ? SLOW_RETRY_MS : backOff(failures - 1, this.#o.timing);
      this.#report(end, failures);
      await this.#wait(wait_ms, signal);
    }
  }

  /** Ends early after a machine's sleep: somebody is at it now, and the network was another one. */
  async #wait(wait_ms: number, signal: AbortSignal): Promise<void> {
    const { timing } = this.#o;
    const jump = new ClockJump(timing);
    const until_ms = timing.elapsed_ms() + wait_ms;
    while (!signal.aborted && !jump.happened) {
      const left_ms = until_ms - timing.elapsed_ms();
      if (left_ms <= 0) return;
      await timing.sleep(Math.min(WAIT_STEP_MS, left_ms), signal);
    }
  }

  /** Sends what may be lost: progress. Returns false if it was. */
  sendLive(message: AgentMessage): boolean {
    return this.#session?.sendLive(message) ?? false;
  }

  /** Connects anew at once, so that the next hello tells what changed. */
  renew(reason: string): void {
    this.#session?.renew(reason);
  }

  async #once(signal: AbortSignal): Promise<SessionEnd> {
    let socket: WebSocket;
    try {
      socket = await this.#open();
    } catch (error) {
      const { hint } = error as { hint?: string };
      const reason = messageOf(error) + (hint === undefined ? "" : `; ${hint}`);
      return { reason, slow: error instanceof PinMismatch, welcomed_ms: 0 };
    }
    this.#session = new Session({
      ...this.#o,
      socket,
      onWelcome: (welcome) => {
        this.#logged = undefined;
        this.#o.onWelcome(welcome);
      },
    });
    try {
      return await this.#session.run(signal);
    } finally {
      this.#session = undefined;
    }
  }

  async #open(): Promise<WebSocket> {
    const { url, bearer, pins } = this.#o;
    pins.connected(undefined);
    if (pins.accepted.length === 0) return open(url, bearer);
    // Only who pins pays for it: 4 MB.
    const { openPinned } = await import("./pinned_socket.ts");
    const { socket, fingerprint } = await openPinned(url, bearer, pins.accepted);
    pins.connected(fingerprint);
    return socket;
  }

  /** A reason is logged once, however often it comes. */
  #report(end: SessionEnd, failures: number): void {
    this.#o.onLost(end.reason);
    if (end.reason === this.#logged) return;
    this.#logged = end.reason;
    this.#o.log.warn(`not connected: ${end.reason}`, {
      next: end.slow ? "trying once a minute" : "trying again",
      failures,
    });
  }
}

/** Deno's own WebSocket takes headers; the bearer stays out of the address and its logs. */
function open(url: string, bearer: string): WebSocket {
  const options = { headers: { authorization: `Bearer ${bearer}` } };
  return new WebSocket(url, options as unknown as string[]); // The DOM's types lack Deno's options.
}
