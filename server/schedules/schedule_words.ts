/** @module When a schedule fires, in words (pure). */
import cronstrue from "cronstrue";

const DAYS = ["Sundays", "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays"];
const DAY_NAMES = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/** Of an expression that CronSchedule takes, as "Every day at 02:30". */
export function wordsOf(cron: string): string {
  return ownWords(cron) ?? foreignWords(cron);
}

function ownWords(cron: string): string | undefined {
  const [minute, hour, day, month, weekday] = cron.toUpperCase().split(/\s+/) as [
    string,
    string,
    string,
    string,
    string,
  ];
  if (month !== "*") return undefined;
  if (day === "*" && weekday === "*") return everyDay(minute, hour);
  const times = timesOf(minute, hour);
  if (times === undefined) return undefined;
  if (day === "*") {
    const days = weekdaysOf(weekday);
    return days === undefined ? undefined : `${days} at ${times}`;
  }
  if (weekday !== "*" || !/^\d+(,\d+)*$/.test(day)) return undefined;
  return `On the ${listed(numbers(day).map(ordinal))} of each month at ${times}`;
}

function everyDay(minute: string, hour: string): string | undefined {
  const [, minute_step] = /^\*\/(\d+)$/.exec(minute) ?? [];
  if (hour === "*" && minute_step !== undefined && 60 % Number(minute_step) === 0) {
    return `Every ${Number(minute_step)} min`;
  }
  const past = /^\d+$/.test(minute) ? `:${minute.padStart(2, "0")}` : undefined;
  if (hour === "*" || hour === "*/1") {
    return past === undefined ? undefined : past === ":00" ? "Every hour" : `Every hour at ${past}`;
  }
  const [, hour_step] = /^\*\/(\d+)$/.exec(hour) ?? [];
  if (hour_step !== undefined) {
    if (past === undefined || 24 % Number(hour_step) !== 0) return undefined;
    const steps = `Every ${Number(hour_step)} h`;
    return past === ":00" ? steps : `${steps} at ${past}`;
  }
  const times = timesOf(minute, hour);
  return times === undefined ? undefined : `Every day at ${times}`;
}

/** A minute of a few hours, as "02:30 and 14:30". */
function timesOf(minute: string, hour: string): string | undefined {
  if (!/^\d+$/.test(minute) || !/^\d+(,\d+){0,3}$/.test(hour)) return undefined;
  const hours = numbers(hour).map((n) => String(n).padStart(2, "0"));
  return listed(hours.map((one) => `${one}:${minute.padStart(2, "0")}`));
}

function weekdaysOf(field: string): string | undefined {
  const [, first, last] = /^([^-]+)-([^-]+)$/.exec(field) ?? [];
  if (first !== undefined) {
    const [from, to] = [dayNumber(first), dayNumber(last!)];
    return from === undefined || to === undefined ? undefined : `${DAYS[from]} to ${DAYS[to]}`;
  }
  const days = field.split(",").map(dayNumber);
  if (!days.every((one) => one !== undefined)) return undefined;
  // A week begins on Monday here, whatever the order they were written in.
  const sorted = [...new Set(days)].sort((a, b) => (a + 6) % 7 - (b + 6) % 7);
  return listed(sorted.map((one) => DAYS[one]!));
}

function dayNumber(text: string): number | undefined {
  const named = DAY_NAMES.indexOf(text);
  if (named >= 0) return named;
  return /^[0-7]$/.test(text) ? Number(text) % 7 : undefined;
}

function numbers(list: string): number[] {
  return [...new Set(list.split(",").map(Number))].sort((a, b) => a - b);
}

function ordinal(n: number): string {
  const ending = n % 100 >= 11 && n % 100 <= 13 ? "th" : ["th", "st", "nd", "rd"][n % 10] ?? "th";
  return `${n}${ending}`;
}

function listed(words: string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

function foreignWords(cron: string): string {
  try {
    return cronstrue.toString(cron, { use24HourTimeFormat: true });
  } catch {
    return cron; // Words are a help: without them the expression itself is shown.
  }
}
