/** @module The times of a schedule: checked when they are given, known again when they are shown. */
import { iso } from "../clock.ts";
import { AppError } from "../errors.ts";
import { CronError, CronSchedule, offsetOf, zoneNamed } from "../protocol/cron.ts";
import type { PreviewedRun } from "../protocol/schedule_rest.ts";

/** As many as are shown with one page of hosts. */
const KEPT_MAX = 500;

export interface CronTimes {
  cron: string;
  timezone: string;
}

/** The same times in one way of writing. @throws {AppError} bad_cron, bad_timezone, never_fires, too_frequent */
export function demandTimes({ cron, timezone }: CronTimes): CronTimes & { runs: CronSchedule } {
  try {
    const runs = new CronSchedule(cron, timezone);
    return { cron: cron.trim().split(/\s+/).join(" "), timezone: zoneNamed(timezone), runs };
  } catch (error) {
    if (!(error instanceof CronError)) throw error;
    const field = error.fault === "bad_timezone" ? "timezone" : "cron";
    throw new AppError(error.fault, error.message, { field, hint: HINTS[error.fault] });
  }
}

const HINTS: Record<CronError["fault"], string> = {
  bad_cron: "Every day at 02:30, for example, is “30 2 * * *”",
  bad_timezone: "Choose one of the list",
  never_fires: "Choose a day that the month has",
  too_frequent: "Choose */5 in the first field, or less often",
};

/** The runs of stored times; those that were shown last are kept. */
export class KnownTimes {
  readonly #by_text = new Map<string, CronSchedule>();

  of({ cron, timezone }: CronTimes): CronSchedule {
    const text = `${cron}\n${timezone}`;
    const runs = this.#by_text.get(text) ?? new CronSchedule(cron, timezone, { proven: true });
    this.#by_text.delete(text);
    this.#by_text.set(text, runs);
    if (this.#by_text.size > KEPT_MAX) this.#by_text.delete(this.#by_text.keys().next().value!);
    return runs;
  }
}

/** A run as its zone's clock shows it. */
export function shownRun(at_ms: number, timezone: string): PreviewedRun {
  const local = Temporal.Instant.fromEpochMilliseconds(at_ms).toZonedDateTimeISO(timezone);
  return {
    at: iso(at_ms),
    offset: offsetOf(timezone, at_ms),
    local: local.toPlainDateTime().toString({ smallestUnit: "minute" }),
  };
}
