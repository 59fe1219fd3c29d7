/**
 * @module When a schedule fires: five cron fields in an IANA time zone (pure). The agent fires by
 * it, the server shows the next runs by it. croner walks the calendar as if there were one zone
 * without changes of the clock; what a change does to a run is decided here, as Vixie cron does
 * (cron(8), "Daylight Saving Time"):
 *
 * - A schedule of fixed hours (`30 1 * * *`) runs once for each time on the clock: one that the
 *   clock leaps over runs when the leap is done, one that comes twice runs the first time.
 * - One whose hour is `*` or a step of it follows elapsed time: it runs whenever the clock shows its
 *   minutes, both times in the hour that comes twice, and loses no tick.
 */
import { Cron } from "croner";

/** Two runs of a schedule are never nearer than this. */
export const RUN_GAP_MIN_SECONDS = 300;

const FIELDS = 5;
const TEXT_MAX_CHARS = 200;
const DAY_MS = 86_400_000;

export type CronFault = "bad_cron" | "bad_timezone" | "never_fires" | "too_frequent";

/** Why a schedule's time cannot be used. */
export class CronError extends Error {
  readonly fault: CronFault;
  constructor(fault: CronFault, message: string) {
    super(message);
    this.name = "CronError";
    this.fault = fault;
  }
}

/** A part of time in which the clock of a zone is ahead of UTC by the same amount. */
interface Span {
  offset_ms: number;
  /** Of the span before; the clock leapt by the difference when this one began. */
  offset_before_ms: number;
  start_ms: number;
  end_ms: number;
}

export class CronSchedule {
  readonly #cron: Cron;
  readonly #zone: string;
  readonly #follows_elapsed_time: boolean;
  #span: Span | undefined;

  /**
   * `proven`: it was taken before, so that it is not gone through again for runs too near each other.
   * @throws {CronError} bad_cron, bad_timezone, never_fires or too_frequent
   */
  constructor(expression: string, timezone: string, { proven = false } = {}) {
    const fields = expression.trim().split(/\s+/);
    if (expression.length > TEXT_MAX_CHARS || fields.length !== FIELDS) {
      throw new CronError(
        "bad_cron",
        "Give five fields: minute, hour, day, month, day of the week",
      );
    }
    this.#zone = proven ? timezone : zoneNamed(timezone);
    this.#cron = calendar(fields);
    this.#follows_elapsed_time = fields[1]!.startsWith("*");
    if (!proven) this.#refuseUseless(fields);
  }

  /** The first run after a moment, in ms since the epoch; undefined when there is none any more. */
  next(after_ms: number): number | undefined {
    let at_ms = after_ms;
    for (;;) {
      const span = this.#spanAt(at_ms);
      const run_ms = this.#nextIn(span, at_ms);
      if (run_ms !== undefined) return run_ms;
      if (span.end_ms === Infinity) return undefined;
      at_ms = span.end_ms - 1;
      const following = this.#spanAt(span.end_ms);
      if (this.#leapsOverRun(following)) return following.start_ms;
      const next_ms = this.#nextIn(following, at_ms);
      if (next_ms !== undefined) return next_ms;
      at_ms = following.end_ms - 1;
    }
  }

  /** The last run at or before a moment and after `since_ms`; undefined if there was none. */
  last(since_ms: number, until_ms: number): number | undefined {
    // Backwards in growing steps, so that a month of downtime costs no more than an hour.
    for (let step_ms = 3_600_000;; step_ms *= 4) {
      const from_ms = Math.max(since_ms, until_ms - step_ms);
      let found: number | undefined;
      for (let at_ms = this.next(from_ms); at_ms !== undefined && at_ms <= until_ms;) {
        found = at_ms;
        at_ms = this.next(at_ms);
      }
      if (found !== undefined || from_ms === since_ms) return found;
    }
  }

  /** The next runs after a moment, at most `count`. */
  upcoming(after_ms: number, count: number): number[] {
    const runs: number[] = [];
    for (let at_ms = this.next(after_ms); at_ms !== undefined; at_ms = this.next(at_ms)) {
      runs.push(at_ms);
      if (runs.length === count) break;
    }
    return runs;
  }

  /** The next run within one span of an unchanged clock. */
  #nextIn(span: Span, after_ms: number): number | undefined {
    const from_ms = Math.max(after_ms, span.start_ms - 1);
    for (let clock_ms = from_ms + span.offset_ms;;) {
      const next_ms = this.#after(clock_ms);
      if (next_ms === undefined || next_ms - span.offset_ms >= span.end_ms) return undefined;
      clock_ms = next_ms;
      // The clock was set back here: it has shown this time already, before the span began.
      const shown_before = next_ms < span.start_ms + span.offset_before_ms;
      if (this.#follows_elapsed_time || !shown_before) return next_ms - span.offset_ms;
    }
  }

  /** Whether a fixed time lies in what the clock leapt over when the span began. */
  #leapsOverRun(span: Span): boolean {
    if (this.#follows_elapsed_time || span.offset_ms <= span.offset_before_ms) return false;
    const first_ms = span.start_ms + span.offset_before_ms;
    const missed_ms = this.#after(first_ms - 1);
    return missed_ms !== undefined && missed_ms < span.start_ms + span.offset_ms;
  }

  /** The next time on the clock, written as if the clock showed UTC. */
  #after(clock_ms: number): number | undefined {
    return this.#cron.nextRun(new Date(clock_ms))?.getTime();
  }

  #refuseUseless([minute, hour]: string[]): void {
    if (this.#after(0) === undefined) {
      throw new CronError("never_fires", "This time never comes: no month has that day");
    }
    // One day and the beginning of the next tell: the other fields only choose days.
    const daily = new Cron(`${minute} ${hour} * * *`, { utcOffset: 0, mode: "5-part" });
    for (let before_ms = daily.nextRun(new Date(-1))!.getTime(); before_ms < DAY_MS;) {
      const next_ms: number = daily.nextRun(new Date(before_ms))!.getTime();
      if (next_ms - before_ms < RUN_GAP_MIN_SECONDS * 1000) {
        throw new CronError("too_frequent", "Runs must be at least 5 minutes apart");
      }
      before_ms = next_ms;
    }
  }

  /** Kept while it lasts: finding where it ends takes longer than everything else. */
  #spanAt(at_ms: number): Span {
    const { start_ms, end_ms } = this.#span ?? { start_ms: 0, end_ms: 0 };
    if (at_ms < start_ms || at_ms >= end_ms) this.#span = spanAt(this.#zone, at_ms);
    return this.#span!;
  }
}

function calendar(fields: string[]): Cron {
  // "?" stands for the present minute in croner, and "L", "W" and "#" mean nothing to other crons.
  if (!fields.every((field) => /^[\dA-Z*,/-]+$/i.test(field)) || /[LW]/i.test(fields[2]!)) {
    throw new CronError("bad_cron", "Use numbers, names of months and days, and * , - /");
  }
  try {
    return new Cron(fields.join(" "), { utcOffset: 0, mode: "5-part" });
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : "";
    throw new CronError("bad_cron", reason);
  }
}

/** The zone's own name, as Europe/London for europe/london. @throws {CronError} bad_timezone */
export function zoneNamed(timezone: string): string {
  try {
    if (!/^[A-Za-z][\w+/-]*$/.test(timezone)) throw new RangeError();
    return new Intl.DateTimeFormat("en", { timeZone: timezone }).resolvedOptions().timeZone;
  } catch {
    throw new CronError("bad_timezone", "Give a time zone as Europe/Berlin or UTC");
  }
}

function spanAt(zone: string, at_ms: number): Span {
  const at = Temporal.Instant.fromEpochMilliseconds(at_ms).toZonedDateTimeISO(zone);
  // A change lies on a whole minute in our times; of an instant exactly on it, the later span counts.
  const start = at.add({ nanoseconds: 1 }).getTimeZoneTransition("previous");
  const end = at.getTimeZoneTransition("next");
  const offset_ms = at.offsetNanoseconds / 1e6;
  const before_ms = start?.subtract({ nanoseconds: 1 }).offsetNanoseconds;
  return {
    offset_ms,
    offset_before_ms: before_ms === undefined ? offset_ms : before_ms / 1e6,
    start_ms: start?.epochMilliseconds ?? -Infinity,
    end_ms: end?.epochMilliseconds ?? Infinity,
  };
}

/** The offset of a zone from UTC at a moment, as +02:00. */
export function offsetOf(timezone: string, at_ms: number): string {
  return Temporal.Instant.fromEpochMilliseconds(at_ms).toZonedDateTimeISO(timezone).offset;
}
