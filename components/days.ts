/** @module Days and moments in tables, in the server's time zone. Pure: now comes in. */

const DAY_KEY = new Intl.DateTimeFormat("en-CA", { dateStyle: "short" });
const DAY_SHORT = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
});
const DAY_LONG = new Intl.DateTimeFormat("en-GB", {
  weekday: "long",
  day: "numeric",
  month: "long",
});
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const DAY_MONTH = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const MONTH = new Intl.DateTimeFormat("en-GB", { month: "long" });
const MONTH_YEAR = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric" });
const CLOCK_SECONDS = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const CLOCK = new Intl.DateTimeFormat("en-GB", { timeStyle: "short" });

/** The calendar day of a moment, as 2026-11-12: what date fields hold. */
export function dayKey(at_ms: number): string {
  return DAY_KEY.format(at_ms);
}

/** The heading of a day in a table, as "Today, Thursday 12 November". */
export function dayHeading(at_ms: number, now_ms: number): string {
  const day = DAY_LONG.format(at_ms);
  if (dayKey(at_ms) === dayKey(now_ms)) return `Today, ${day}`;
  return now_ms - at_ms > 300 * 86_400_000 ? `${day} ${new Date(at_ms).getFullYear()}` : day;
}

/** The heading of a stretch of time, as "This week", "Last week", "October" or "October 2025". */
export function stretchHeading(at_ms: number, now_ms: number): string {
  const week_ms = mondayOf(now_ms);
  if (at_ms >= week_ms) return "This week";
  if (at_ms >= mondayOf(week_ms - 1)) return "Last week";
  return new Date(at_ms).getFullYear() === new Date(now_ms).getFullYear()
    ? MONTH.format(at_ms)
    : MONTH_YEAR.format(at_ms);
}

/** The midnight with which the week of a moment begins. */
function mondayOf(at_ms: number): number {
  const day = new Date(at_ms);
  day.setHours(0, 0, 0, 0);
  day.setDate(day.getDate() - (day.getDay() + 6) % 7);
  return day.getTime();
}

/** A past or near moment to the minute, as "today 02:30" or "Wed 11 Nov, 02:30". */
export function moment(at_ms: number, now_ms: number): string {
  if (dayKey(at_ms) === dayKey(now_ms)) return `today ${CLOCK.format(at_ms)}`;
  if (Math.abs(now_ms - at_ms) > 300 * 86_400_000) return DATE.format(at_ms);
  return `${DAY_SHORT.format(at_ms).replace(",", "")}, ${CLOCK.format(at_ms)}`;
}

/** A moment to the second, as "12 Nov, 02:30:09". */
export function toTheSecond(at_ms: number): string {
  return `${DAY_MONTH.format(at_ms)}, ${CLOCK_SECONDS.format(at_ms)}`;
}

/** A date without its time, as "12 Apr 2026". */
export function date(at_ms: number): string {
  return DATE.format(at_ms);
}

/** Short day with its weekday, as "Wed 14 Oct". */
export function weekday(at_ms: number): string {
  return DAY_SHORT.format(at_ms).replace(",", "");
}

/** Short day, as "14 Oct". */
export function dayMonth(at_ms: number): string {
  return DAY_MONTH.format(at_ms);
}

/** Things grouped by calendar day, in the order in which the days first come up. */
export function byDay<T>(items: T[], at_ms: (item: T) => number): { at_ms: number; items: T[] }[] {
  return grouped(items, (item) => dayKey(at_ms(item)))
    .map((group) => ({ at_ms: at_ms(group.items[0]!), items: group.items }));
}

/** Things under their headings, in the order in which those first come up. */
export function grouped<T>(
  items: T[],
  headingOf: (item: T) => string,
): { heading: string; items: T[] }[] {
  return [...Map.groupBy(items, headingOf)].map(([heading, of_it]) => ({ heading, items: of_it }));
}
