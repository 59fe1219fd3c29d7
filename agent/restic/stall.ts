/** @module Notices that a run has said nothing for a long time. It is reported, never killed. */

export class StallWatch {
  #after_seconds;
  #onStall;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Calls `onStall` once for each silence of `after_seconds`. */
  constructor(after_seconds: number, onStall: () => void) {
    this.#after_seconds = after_seconds;
    this.#onStall = onStall;
    this.heard();
  }

  /** There was output. */
  heard(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onStall, this.#after_seconds * 1000);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
