/** @module Numbers and times as people read them (ui/DESIGN.md §10). Pure; used by server and islands. */

// Made once and when first needed: a formatter costs 50 µs, which a list of hosts pays 200 times.
let whole_numbers: Intl.NumberFormat | undefined;
let moments: Intl.DateTimeFormat | undefined;
let clock_times: Intl.DateTimeFormat | undefined;
let short_clock_times: Intl.DateTimeFormat | undefined;

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/** A size in IEC units with three significant digits, as "14.2 KiB". */
export function bytes(value: number): string {
  let amount = Math.max(0, value);
  let unit = 0;
  while (unit < UNITS.length - 1 && (unit === 0 ? amount >= 1024 : amount >= 999.5)) {
    amount /= 1024;
    unit++;
  }
  return `${unit === 0 ? count(Math.round(amount)) : threeDigits(amount)} ${UNITS[unit]}`;
}

/** A change of size with its sign, as "+640 MiB" or "−14.2 GiB". */
export function signedBytes(value: number): string {
  if (value === 0) return "no change";
  return `${value > 0 ? "+" : "−"}${bytes(Math.abs(value))}`;
}

/** A speed, as "38.4 MiB/s". */
export function rate(bytes_per_second: number): string {
  return `${bytes(bytes_per_second)}/s`;
}

/** Done of total in one unit where they share it, as "36.1 of 58.3 GiB". */
export function bytesOf(done: number, total: number): string {
  const [done_text, total_text] = [bytes(done), bytes(total)];
  const [amount, unit] = done_text.split(" ");
  return unit === total_text.split(" ")[1]
    ? `${amount} of ${total_text}`
    : `${done_text} of ${total_text}`;
}

function threeDigits(amount: number): string {
  if (amount >= 99.95) return amount.toFixed(0);
  if (amount >= 9.995) return amount.toFixed(1);
  return amount.toFixed(2);
}

/** A whole number with thousands separators. */
export function count(value: number): string {
  return (whole_numbers ??= new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 }))
    .format(value);
}

/** A text as a whole sentence: the errors of the server end without a stop. */
export function sentence(text: string): string {
  return /[.?…:]$/.test(text) ? text : `${text}.`;
}

/** A number with its noun, as "1 host" or "1,204 hosts". */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** A share of 0 to 1 in whole percent, rounded down so that 100 means done. */
export function wholePercent(fraction: number): number {
  return Math.floor(Math.min(1, Math.max(0, fraction)) * 100 + 1e-9);
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** A length of time, as "9 s", "6 min 12 s" or "1 h 12 min". */
export function duration(seconds: number): string {
  if (seconds < 1) return "under 1 s";
  const whole = Math.floor(seconds);
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return two(whole, MINUTE, "min", 1, "s");
  if (whole < 2 * DAY) return two(whole, HOUR, "h", MINUTE, "min");
  return two(whole, DAY, "d", HOUR, "h");
}

function two(seconds: number, big: number, big_unit: string, small: number, unit: string): string {
  const rest = Math.floor((seconds % big) / small);
  const head = `${Math.floor(seconds / big)} ${big_unit}`;
  return rest === 0 ? head : `${head} ${rest} ${unit}`;
}

/** One rounded-down unit: seconds, minutes, hours up to 48, days up to 60, months, years. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min`;
  if (whole < 2 * DAY) return `${Math.floor(whole / HOUR)} h`;
  if (whole < 60 * DAY) return `${Math.floor(whole / DAY)} d`;
  if (whole < 730 * DAY) return `${Math.floor(whole / (30.44 * DAY))} mo`;
  return `${Math.floor(whole / (365.25 * DAY))} y`;
}

/** A past moment seen from now, as "just now" or "31 h ago". */
export function ago(at_ms: number, now_ms: number): string {
  const seconds = (now_ms - at_ms) / 1000;
  return seconds < 2 ? "just now" : `${span(seconds)} ago`;
}

/** A coming moment seen from now, as "in 3 min". */
export function ahead(at_ms: number, now_ms: number): string {
  const seconds = (at_ms - now_ms) / 1000;
  return seconds < 1 ? "now" : `in ${span(seconds)}`;
}

/** A moment in full with seconds and zone, as "Thu 12 Nov 2026, 02:30:09 CET". */
export function absolute(at_ms: number): string {
  moments ??= new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  });
  return moments.format(at_ms).replace(/^(\w+), /, "$1 ");
}

/** The time of day with seconds, as "09:40:43". */
export function clockTime(at_ms: number): string {
  return (clock_times ??= new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" })).format(at_ms);
}

/** The time of day, as "09:40". */
export function shortClockTime(at_ms: number): string {
  return (short_clock_times ??= new Intl.DateTimeFormat("en-GB", { timeStyle: "short" }))
    .format(at_ms);
}

/** The last 8 hex digits of a UUIDv7, as pages show job ids: the first ones stay alike for 65 s. */
export function shortId(id: string): string {
  return id.slice(-8);
}

/** Words joined as in a sentence: "/etc, /home and /srv". */
export function sentenceList(items: string[]): string {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/** A list shortened to its first entries: "/etc, /home and 7 more". */
export function shortList(items: string[], shown = 3): string {
  if (items.length <= shown) return sentenceList(items);
  return `${items.slice(0, shown).join(", ")} and ${count(items.length - shown)} more`;
}
