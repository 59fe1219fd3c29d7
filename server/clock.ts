/** @module The only place that knows what time it is. */

export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now_ms(): number;
  /** The calendar day of an instant in the server's time zone, as 2026-11-22. */
  dayOf(at_ms: number): string;
}

export function systemClock(): Clock {
  return { now_ms: () => Date.now(), dayOf };
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

function dayOf(at_ms: number): string {
  const d = new Date(at_ms);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
}
