/** @module The only place that knows what time it is. */

/** Less than this is a clock being corrected gently. */
const JUMP_MS = 10_000;
const DAY_MS = 86_400_000;

export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now_ms(): number;
  /** The calendar day of an instant in the server's time zone, as 2026-11-22. */
  dayOf(at_ms: number): string;
}

export function systemClock(): Clock {
  return { now_ms: () => Date.now(), dayOf };
}

/** Notices that the clock was set, or that this machine slept. */
export class ClockWatch {
  readonly #clock: Clock;
  readonly #elapsed_ms: () => number;
  #offset_ms: number;

  /** `elapsed_ms` answers milliseconds that nobody can set. */
  constructor(clock: Clock, elapsed_ms: () => number = () => performance.now()) {
    this.#clock = clock;
    this.#elapsed_ms = elapsed_ms;
    this.#offset_ms = this.#offset();
  }

  /** The seconds by which the clock jumped since this was asked last; 0 for a gentle correction. */
  jumpedSeconds(): number {
    const offset_ms = this.#offset();
    const jumped_ms = offset_ms - this.#offset_ms;
    this.#offset_ms = offset_ms;
    return Math.abs(jumped_ms) < JUMP_MS ? 0 : Math.round(jumped_ms / 1000);
  }

  #offset(): number {
    return this.#clock.now_ms() - this.#elapsed_ms();
  }
}

/** A clock for tests that stands still until it is moved. */
export class FakeClock implements Clock {
  #now_ms: number;
  constructor(start = "2026-11-12T08:42:05Z") {
    this.#now_ms = Date.parse(start);
  }
  now_ms(): number {
    return this.#now_ms;
  }
  dayOf(at_ms: number): string {
    return dayOf(at_ms);
  }
  /** Moves the clock by a number of seconds, backwards when negative. */
  advance(seconds: number): void {
    this.#now_ms += seconds * 1000;
  }
}

/** ISO 8601 in UTC, as used on the wire. */
export function iso(at_ms: number): string {
  return new Date(at_ms).toISOString();
}

/** As {@link iso}, for a column that may be empty. */
export function isoOrNull(at_ms: number | null): string | null {
  return at_ms === null ? null : iso(at_ms);
}

/** The calendar day so many days ago; counted at noon, where no change of the clock skips a day. */
export function dayBefore(clock: Clock, days: number): string {
  const noon_ms = Date.parse(`${clock.dayOf(clock.now_ms())}T12:00:00`);
  return clock.dayOf(noon_ms - days * DAY_MS);
}

function dayOf(at_ms: number): string {
  const d = new Date(at_ms);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
}
