/** @module Noticing that the clock was set, or that this machine slept: the two cannot be told apart. */
import type { Timing } from "./timing.ts";

/** Less than this is a clock being corrected gently. */
const JUMP_MS = 10_000;

/** Compares the clock that can be set with the one that cannot, from its making on. */
export class ClockJump {
  readonly #timing: Timing;
  readonly #offset_ms: number;

  constructor(timing: Timing) {
    this.#timing = timing;
    this.#offset_ms = timing.now_ms() - timing.elapsed_ms();
  }

  get happened(): boolean {
    const offset_ms = this.#timing.now_ms() - this.#timing.elapsed_ms();
    return Math.abs(offset_ms - this.#offset_ms) >= JUMP_MS;
  }
}
