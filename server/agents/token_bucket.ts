/** @module A token bucket: a steady rate with bursts. Pure but for its own count. */

export class TokenBucket {
  #rate_per_second: number;
  #burst: number;
  #tokens: number;
  #at_ms: number;

  constructor(rate_per_second: number, burst: number, now_ms: number) {
    this.#rate_per_second = rate_per_second;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at_ms = now_ms;
  }

  /** Takes one; false if none is left. A clock that goes backwards gives none. */
  take(now_ms: number): boolean {
    const gained = Math.max(0, now_ms - this.#at_ms) / 1000 * this.#rate_per_second;
    this.#tokens = Math.min(this.#burst, this.#tokens + gained);
    this.#at_ms = now_ms;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
