/** @module Asking one agent whether it is there. Only the answer on its own socket counts. */
import { mintId } from "../ids.ts";
import { PING_ANSWER_SECONDS } from "../protocol/limits.ts";
import type { Ping } from "../protocol/server_messages.ts";
import type { Scheduler } from "./scheduler.ts";

type Answer = (alive: boolean) => void;

export class Pings {
  readonly #scheduler: Scheduler;
  readonly #send: (ping: Ping) => void;
  readonly #open = new Map<string, Answer>();
  #ended = false;

  constructor(scheduler: Scheduler, send: (ping: Ping) => void) {
    this.#scheduler = scheduler;
    this.#send = send;
  }

  /** Calls `answer` once: true for a pong in time, false for none or for the end of the socket. */
  ask(answer: Answer): void {
    if (this.#ended) return answer(false);
    const nonce = mintId();
    const cancel = this.#scheduler.after(
      PING_ANSWER_SECONDS * 1000,
      () => this.#settle(nonce, false),
    );
    this.#open.set(nonce, (alive) => {
      cancel();
      answer(alive);
    });
    this.#send({ type: "ping", nonce });
  }

  /** A pong has come; one that was not asked for means nothing. */
  pong(nonce: string): void {
    this.#settle(nonce, true);
  }

  /** The socket is over: whoever waits gets its no. */
  end(): void {
    this.#ended = true;
    for (const nonce of [...this.#open.keys()]) this.#settle(nonce, false);
  }

  #settle(nonce: string, alive: boolean): void {
    const answer = this.#open.get(nonce);
    this.#open.delete(nonce);
    answer?.(alive);
  }
}
