/**
 * @module When a schedule fires, as the fields of its form have it, and as five cron fields. Pure. What
 * no field can say is "cron", so that reading and writing back never changes a schedule.
 */

export const FREQUENCIES = ["hourly", "daily", "weekly", "monthly", "cron"] as const;
export type Frequency = (typeof FREQUENCIES)[number];

/** The fields about time, as text. Those of other frequencies keep what was in them. */
export interface When {
  frequency: Frequency;
  /** `15m` or `6h`. */
  every: string;
  /** Of the hour, where runs are whole hours apart. */
  minute: string;
  /** `02:30` */
  time: string;
  /** Days of the week as cron counts them, in order: `1,3`. Sunday is 0. */
  weekdays: string;
  /** Of the month. */
  day: string;
  cron: string;
}

/** How far apart runs of an hourly schedule can be. */
export const STEPS = ["5m", "10m", "15m", "20m", "30m", "1h", "2h", "3h", "4h", "6h", "8h", "12h"];

/** Monday first, with their numbers in cron. */
export const WEEKDAYS = [
  { value: "1", short: "Mon" },
  { value: "2", short: "Tue" },
  { value: "3", short: "Wed" },
  { value: "4", short: "Thu" },
  { value: "5", short: "Fri" },
  { value: "6", short: "Sat" },
  { value: "0", short: "Sun" },
];

const WORKDAYS = "1,2,3,4,5";
/** What the fields hold before anybody chose. */
const FRESH: When = {
  ...{ frequency: "daily", every: "6h", minute: "0", time: "02:30", weekdays: "0", day: "1" },
  cron: "30 2 * * *",
};

/** The fields that say the same as a cron expression. */
export function whenOf(cron: string): When {
  const text = cron.trim().replace(/\s+/g, " ");
  const found = [hourly, dated].map((read) => read(text)).find((part) =>
    part !== undefined && cronOf({ ...FRESH, ...part }) === text
  );
  return { ...FRESH, ...(found ?? { frequency: "cron" }), cron: text };
}

/** The cron expression that the fields stand for; with a field that says nothing, none that works. */
export function cronOf(when: When): string {
  const [hour, minute] = clockOf(when.time);
  switch (when.frequency) {
    case "hourly": {
      const [, step, unit] = /^(\d+)([mh])$/.exec(when.every) ?? [];
      if (unit === "m") return `*/${step} * * * *`;
      return `${when.minute.trim()} ${step === "1" ? "*" : `*/${step}`} * * *`;
    }
    case "daily":
      return `${minute} ${hour} * * *`;
    case "weekly":
      return `${minute} ${hour} * * ${when.weekdays === WORKDAYS ? "1-5" : when.weekdays}`;
    case "monthly":
      return `${minute} ${hour} ${when.day.trim()} * *`;
    case "cron":
      return when.cron.trim();
  }
}

/** The fields of a time that its frequency uses and that say nothing, each with what to do. */
export function whenErrors(when: When): Partial<Record<keyof When, string>> {
  const { frequency } = when;
  if (frequency === "cron") return {};
  if (frequency === "hourly") {
    const whole = wholeNumber(when.minute, 0, 59);
    return when.every.endsWith("h") && !whole ? { minute: "Give a minute from 0 to 59" } : {};
  }
  const errors: Partial<Record<keyof When, string>> = {};
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(when.time)) errors.time = "Give a time as 02:30";
  if (frequency === "weekly" && when.weekdays === "") errors.weekdays = "Choose a day";
  if (frequency === "monthly" && !wholeNumber(when.day, 1, 31)) {
    errors.day = "Give a day from 1 to 31";
  }
  return errors;
}

/** When it runs, in a few words, as "daily at 02:30". */
export function whenWords(when: When): string {
  switch (when.frequency) {
    case "hourly": {
      const every = `every ${stepWords(when.every)}`;
      return when.every.endsWith("m") || when.minute.trim() === "0"
        ? every
        : `${every}, at minute ${when.minute.trim()}`;
    }
    case "daily":
      return `daily at ${when.time}`;
    case "weekly": {
      const days = when.weekdays.split(",");
      const names = WEEKDAYS.filter(({ value }) => days.includes(value)).map(({ short }) => short);
      return `${names.join(", ") || "no day"} at ${when.time}`;
    }
    case "monthly":
      return `day ${when.day.trim()} of the month at ${when.time}`;
    case "cron":
      return when.cron.trim() || "nothing";
  }
}

/** A step in words, as "15 min". */
export function stepWords(step: string): string {
  return step.replace(/m$/, " min").replace(/h$/, " h");
}

function hourly(text: string): Partial<When> | undefined {
  const every_minutes = /^\*\/(\d+) \* \* \* \*$/.exec(text)?.[1];
  if (every_minutes !== undefined) return ifStep({ every: `${every_minutes}m` });
  const [, minute, hours] = /^(\d+) (\*|\*\/\d+) \* \* \*$/.exec(text) ?? [];
  if (minute === undefined) return undefined;
  return ifStep({ minute, every: `${hours === "*" ? "1" : hours!.slice(2)}h` });
}

function ifStep(part: { every: string; minute?: string }): Partial<When> | undefined {
  return STEPS.includes(part.every) ? { ...part, frequency: "hourly" } : undefined;
}

function dated(text: string): Partial<When> | undefined {
  const [, minute, hour, day, weekday] =
    /^(\d+) (\d+) (\*|\d+) \* (\*|1-5|[0-6](?:,[0-6])*)$/.exec(text) ??
      [];
  if (Number(minute) > 59 || Number(hour) > 23 || hour === undefined) return undefined;
  const time = `${hour.padStart(2, "0")}:${minute!.padStart(2, "0")}`;
  if (day === "*" && weekday === "*") return { frequency: "daily", time };
  if (day === "*") {
    const weekdays = weekday === "1-5" ? WORKDAYS : weekday!;
    return weekdays === inOrder(weekdays.split(","))
      ? { frequency: "weekly", time, weekdays }
      : undefined;
  }
  if (weekday === "*" && Number(day) <= 31) return { frequency: "monthly", time, day: day! };
  return undefined;
}

/** Days of the week as {@link When} has them. */
export function inOrder(weekdays: string[]): string {
  return [...new Set(weekdays)].sort().join(",");
}

function clockOf(time: string): [string, string] {
  const [hour = "", minute = ""] = time.split(":").map((part) => part.replace(/^0(?=\d)/, ""));
  return [hour, minute];
}

function wholeNumber(text: string, least: number, most: number): boolean {
  return /^\d+$/.test(text.trim()) && Number(text) >= least && Number(text) <= most;
}
