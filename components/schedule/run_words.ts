/** @module Runs that come, on the clock of their schedule's zone. Pure, whatever the reader's zone is. */
import type { PreviewedRun } from "../../server/protocol/schedule_rest.ts";

const DAY = new Intl.DateTimeFormat("en-GB", {
  ...{ weekday: "short", day: "numeric", month: "short", timeZone: "UTC" },
});

/** The day of a run, as "Mon 23 Nov". */
export function runDay({ local }: PreviewedRun): string {
  return DAY.format(asUtc(local)).replace(",", "");
}

/** Its time, with a random delay the span in which it begins, as "02:30 to 02:40". */
export function runTime({ local }: PreviewedRun, jitter_seconds: number): string {
  const from = local.slice(11, 16);
  if (jitter_seconds < 60) return from;
  const until = new Date(asUtc(local) + jitter_seconds * 1000).toISOString();
  return `${from} to ${until.slice(11, 16)}`;
}

/** The zone's offset at a run, as "UTC+1" or "UTC+5:30". */
export function runOffset({ offset }: PreviewedRun): string {
  const [, sign, hours, minutes] = /^([+-])0?(\d+):(\d\d)/.exec(offset) ?? [];
  if (hours === undefined || (hours === "0" && minutes === "00")) return "UTC";
  return `UTC${sign === "-" ? "−" : "+"}${hours}${minutes === "00" ? "" : `:${minutes}`}`;
}

function asUtc(local: string): number {
  return Date.parse(`${local.slice(0, 16)}:00Z`);
}
