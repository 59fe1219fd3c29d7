/**
 * @module How fast reports go out, so that the replay of a long absence is not taken for a flood:
 * half of what the server allows a connection (200 messages a second, 2000 at once).
 */
const PER_SECOND = 100;
const BURST = 1000;

/** Counts sends. Pure but for its own count. */
export class Pace {
  #left = BURST;
  #at_ms: number;

  constructor(now_ms: number) {
    this.#at_ms = now_ms;
  }

  /** Takes one; false if it must wait. */
  take(now_ms: number): boolean {
    const gained = Math.max(0, now_ms - this.#at_ms) * PER_SECOND / 1000;
    this.#left = Math.min(BURST, this.#left + gained);
    this.#at_ms = now_ms;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
