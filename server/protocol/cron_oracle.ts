/**
 * @module For tests: when schedules fire, by walking through every minute. Slow, and with nothing of
 * the code under test: fields are read here, and the clock is asked of Intl.
 */

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Where the clock is changed at odd hours, by half an hour, at midnight, around Ramadan, never. */
export const ZONES = [
  ...["UTC", "Europe/London", "Europe/Berlin", "America/New_York", "America/Sao_Paulo"],
  ...["Asia/Kolkata", "Asia/Kathmandu", "Asia/Beirut", "Africa/Casablanca"],
  ...["Australia/Lord_Howe", "Pacific/Chatham", "America/Havana"],
];

export const EXPRESSIONS = [
  ...["*/5 * * * *", "*/15 * * * *", "*/20 * * * *", "7,37 * * * *", "0 * * * *", "30 */2 * * *"],
  ...["30 1 * * *", "15,45 1 * * *", "0 0 * * *", "30 2 * * *", "0,30 1,2,3 * * *", "*/20 1 * * *"],
  ...["0 0-6 * * *", "59 23 * * *", "0 3 * * 0", "30 1 * * 1-5", "0 2 1 * *", "0 0 29 2 *"],
  ...["15 2 13 * 5", "0 12 1,15 */3 *"],
];

/** The numbers that a field stands for: a reading of its own, of what EXPRESSIONS use. */
function numbersOf(field: string, min: number, max: number): Set<number> {
  const numbers = new Set<number>();
  for (const part of field.split(",")) {
    const [range, step = "1"] = part.split("/");
    const [from, to = from] = range === "*" ? [min, max] : range!.split("-").map(Number);
    for (let n = from!; n <= to!; n += Number(step)) numbers.add(n);
  }
  return numbers;
}

/** What the clock of a zone shows at each minute of some years, asked of Intl. */
export function clockOf(zone: string, from_ms: number, minutes: number): Float64Array {
  const format = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" });
  const shown = new Float64Array(minutes);
  let offset = 0;
  for (let at = 0; at < minutes; at++) {
    const ms = from_ms + at * MINUTE_MS;
    if (at % 15 === 0) {
      const [, sign, hours, rest] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(format.format(ms))!;
      offset = sign === undefined ? 0 : Number(`${sign}1`) * (Number(hours) * 60 + Number(rest));
    }
    shown[at] = ms / MINUTE_MS + offset;
  }
  return shown;
}

/** The runs by walking through every minute: slow, and with nothing of the code under test. */
export function runsByMinute(expression: string, shown: Float64Array, from_ms: number): number[] {
  const fields = expression.split(" ");
  const [minutes, hours, days, months, weekdays] = [
    ...[numbersOf(fields[0]!, 0, 59), numbersOf(fields[1]!, 0, 23), numbersOf(fields[2]!, 1, 31)],
    ...[numbersOf(fields[3]!, 1, 12), numbersOf(fields[4]!, 0, 6)],
  ];
  const either = !fields[2]!.startsWith("*") && !fields[4]!.startsWith("*");
  const matchingDays = new Map<number, boolean>();
  function dayMatches(day: number): boolean {
    const date = new Date(day * DAY_MS);
    const by_date = days!.has(date.getUTCDate());
    const by_weekday = weekdays!.has(date.getUTCDay());
    return months!.has(date.getUTCMonth() + 1) &&
      (either ? by_date || by_weekday : by_date && by_weekday);
  }
  function matches(clock: number): boolean {
    if (!minutes!.has(clock % 60) || !hours!.has(Math.floor(clock / 60) % 24)) return false;
    const day = Math.floor(clock / 1440);
    const known = matchingDays.get(day) ?? dayMatches(day);
    matchingDays.set(day, known);
    return known;
  }
  const by_elapsed_time = fields[1]!.startsWith("*");
  const runs: number[] = [];
  let latest = shown[0]!;
  for (let at = 1; at < shown.length; at++) {
    const clock = shown[at]!;
    let due = matches(clock) && (by_elapsed_time || clock > latest);
    if (!by_elapsed_time) {
      for (let leapt = latest + 1; leapt < clock; leapt++) due ||= matches(leapt);
    }
    if (due) runs.push(from_ms + at * MINUTE_MS);
    latest = Math.max(latest, clock);
  }
  return runs;
}
