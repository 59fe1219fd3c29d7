import type { Timing } from "./timing.ts";

/** Passes values on at most once per interval: the first at once, then always the latest. */
export class Coalescer<T> {
  readonly #timing: Timing;
  readonly #interval_ms: number;
  readonly #pass: (value: T) => void;
  #latest: { value: T } | undefined;
  #resting = false;

  constructor(timing: Timing, interval_ms: number, pass: (value: T) => void) {
    this.#timing = timing;
    this.#interval_ms = interval_ms;
    this.#pass = pass;
  }

  offer(value: T, signal: AbortSignal): void {
    if (this.#resting) this.#latest = { value };
    else this.#passOn(value, signal);
  }

  #passOn(value: T, signal: AbortSignal): void {
    this.#pass(value);
    this.#resting = true;
    void this.#timing.sleep(this.#interval_ms, signal).then(() => {
      this.#resting = false;
      const { value: next } = this.#latest ?? {};
      this.#latest = undefined;
      if (next !== undefined && !signal.aborted) this.#passOn(next, signal);
    });
  }
}
