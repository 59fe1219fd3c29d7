/** @module The 30-day strip of a host (ui/DESIGN.md §3). Pure. */
import type { HostDay } from "../jobs/jobs.ts";

export const STRIP_DAYS = 30;

/** The last 30 calendar days up to `today` (2026-11-22), oldest first. */
export function stripDays(today: string): string[] {
  const noon_ms = Date.parse(`${today}T12:00:00Z`);
  return Array.from(
    { length: STRIP_DAYS },
    (_, i) => new Date(noon_ms - (STRIP_DAYS - 1 - i) * 86_400_000).toISOString().slice(0, 10),
  );
}

/**
 * 30 codes of `owfrn`, oldest first. Without schedules no day is due, so none is missed. A backup that
 * runs shows as today only while none has ended today: it must not hide how those went.
 */
export function stripOf(
  days: string[],
  by_day: ReadonlyMap<string, HostDay>,
  runs_now: boolean,
): string {
  const codes = days.map((day) => codeOf(by_day.get(day)));
  if (runs_now && codes.at(-1) === "n") codes[codes.length - 1] = "r";
  return codes.join("");
}

/** The worst of the day wins, but a later success turns a failed day into gaps. */
function codeOf(day: HostDay | undefined): string {
  if (day === undefined) return "n";
  const ended_well = day.last_status === "succeeded" || day.last_status === "warning";
  if (day.failed > 0) return ended_well ? "w" : "f";
  return day.warning > 0 ? "w" : "o";
}
