/** @module The agent's time and chance, so that tests can stop the one and fix the other. */

export interface Timing {
  /** Milliseconds since the epoch, UTC. */
  now_ms(): number;
  /** Milliseconds that nobody can set: they stand still while the machine sleeps. For durations. */
  elapsed_ms(): number;
  /** From 0 up to, not including, 1. */
  random(): number;
  /** Ends after the time, or at once when the signal is aborted. Never throws. */
  sleep(duration_ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock and randomness. */
export function systemTiming(): Timing {
  return {
    now_ms: () => Date.now(),
    elapsed_ms: () => performance.now(),
    random: Math.random,
    sleep,
  };
}

/** ISO 8601 in UTC, as on the wire. */
export function iso(at_ms: number): string {
  return new Date(at_ms).toISOString();
}

function sleep(duration_ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    function end(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    }
    const timer = setTimeout(end, duration_ms);
    signal?.addEventListener("abort", end, { once: true });
  });
}

interface Sleeper {
  at_ms: number;
  wake(): void;
}

/** For tests: time stands still until it is advanced. */
export class FakeTiming implements Timing {
  #now_ms = Date.parse("2026-11-12T08:42:05Z");
  #elapsed_ms = 0;
  readonly #sleepers = new Set<Sleeper>();
  /** What the next calls of random() answer; 0.5 when empty. */
  readonly chances: number[] = [];

  now_ms(): number {
    return this.#now_ms;
  }
  elapsed_ms(): number {
    return this.#elapsed_ms;
  }
  random(): number {
    return this.chances.shift() ?? 0.5;
  }
  /** How many are asleep. */
  get sleeping(): number {
    return this.#sleepers.size;
  }
  sleep(duration_ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const sleeper: Sleeper = {
        at_ms: this.#elapsed_ms + duration_ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener("abort", sleeper.wake);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", sleeper.wake, { once: true });
    });
  }
  /** Moves time on by a number of seconds and wakes who is due. */
  advance(seconds: number): void {
    this.#now_ms += seconds * 1000;
    this.#elapsed_ms += seconds * 1000;
    for (const sleeper of [...this.#sleepers].sort((a, b) => a.at_ms - b.at_ms)) {
      if (sleeper.at_ms <= this.#elapsed_ms) sleeper.wake();
    }
  }
  /** The clock is set by so many seconds, or the machine slept: nobody is woken by that. */
  jump(seconds: number): void {
    this.#now_ms += seconds * 1000;
  }
}
