/** @module Addresses with filters: what a form left empty is not there. Pure. */

/** The query's parameters that have a value. The last one counts where a name is repeated. */
export function filledQuery(url: URL): Record<string, string> {
  return Object.fromEntries([...url.searchParams].filter(([, value]) => value.trim() !== ""));
}

/** A date field's value as a moment: a day begins or ends in the server's time zone. */
export function dayBound(value: string, end: "start" | "end"): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return value;
  const at = new Date(`${value}T00:00:00`);
  if (Number.isNaN(at.getTime())) return value;
  if (end === "end") {
    at.setDate(at.getDate() + 1);
    at.setMilliseconds(-1);
  }
  return at.toISOString();
}

/** The query with the dates of its `since` and `until` fields turned into moments. */
export function withDayBounds(query: Record<string, string>): Record<string, string> {
  return {
    ...query,
    ...(query["since"] === undefined ? {} : { since: dayBound(query["since"], "start") }),
    ...(query["until"] === undefined ? {} : { until: dayBound(query["until"], "end") }),
  };
}

/** A moment as a field of date and time has it, in the server's time zone: `2026-11-16T00:00`. */
export function dateTimeField(at_ms: number): string {
  const at = new Date(at_ms);
  return new Date(at_ms - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The moment that such a field says; undefined if it says none. */
export function dateTimeOf(value: string): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(value)) return undefined;
  const at = new Date(value);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
