/** @module Moments on the clock of a zone, which is not the reader's. Pure; for the server's pages. */

// Made once for each zone: a formatter costs 50 µs.
const formats = new Map<string, { key: Intl.DateTimeFormat; day: Intl.DateTimeFormat }>();
const ZONES_MAX = 100;

function formatsOf(timezone: string) {
  const known = formats.get(timezone);
  if (known !== undefined) return known;
  if (formats.size >= ZONES_MAX) formats.clear();
  const made = {
    key: new Intl.DateTimeFormat("en-CA", {
      ...{ year: "numeric", month: "2-digit", day: "2-digit", timeZone: timezone },
    }),
    day: new Intl.DateTimeFormat("en-GB", {
      ...{ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
      timeZone: timezone,
    }),
  };
  formats.set(timezone, made);
  return made;
}

/** A near moment to the minute, as "today 02:30" or "Wed 11 Nov, 02:30". */
export function momentIn(timezone: string, at_ms: number, now_ms: number): string {
  const { key, day } = formatsOf(timezone);
  const parts = Object.fromEntries(
    day.formatToParts(at_ms).map(({ type, value }) => [type, value]),
  );
  const clock = `${parts["hour"]}:${parts["minute"]}`;
  return key.format(at_ms) === key.format(now_ms)
    ? `today ${clock}`
    : `${parts["weekday"]} ${parts["day"]} ${parts["month"]}, ${clock}`;
}

/** The same where room is small, as "Wed 02:30", a week ahead "11 Nov". */
export function shortMomentIn(timezone: string, at_ms: number, now_ms: number): string {
  const { key, day } = formatsOf(timezone);
  const parts = Object.fromEntries(
    day.formatToParts(at_ms).map(({ type, value }) => [type, value]),
  );
  const clock = `${parts["hour"]}:${parts["minute"]}`;
  if (key.format(at_ms) === key.format(now_ms)) return clock;
  return at_ms - now_ms < 6 * 86_400_000
    ? `${parts["weekday"]} ${clock}`
    : `${parts["day"]} ${parts["month"]}`;
}

/** Every zone that this program knows. */
export function allZones(): string[] {
  return ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];
}
