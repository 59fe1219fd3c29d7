/** @module The fields of the schedule form as text: from a schedule, from a form, and back. Pure. */
import type { BackupSet, Schedule } from "../../server/protocol/entities.ts";
import { linesIn, wordsIn } from "../form_lists.ts";
import {
  cronOf,
  FREQUENCIES,
  type Frequency,
  inOrder,
  type When,
  whenErrors,
  whenOf,
} from "./when.ts";

/** What each field holds. A box is "on" or nothing, as forms send it. */
export interface ScheduleValues extends When {
  name: string;
  enabled: string;
  timezone: string;
  jitter_minutes: string;
  catch_up: string;
  /** Whose paths: the host's, as they are at each run, or its own. */
  set: "default" | "own";
  "backup_set.paths": string;
  "backup_set.excludes": string;
  "backup_set.tags": string;
  "backup_set.exclude_caches": string;
  "backup_set.one_file_system": string;
  "backup_set.exclude_if_present": string;
  "bandwidth.limit_upload_kib_per_second": string;
  "bandwidth.limit_download_kib_per_second": string;
}

export type ScheduleField = keyof ScheduleValues;
export type ScheduleErrors = Partial<Record<ScheduleField | "", string | undefined>>;

/** What REST wants of a schedule. */
export type ScheduleInput = Pick<
  Schedule,
  | ("name" | "kind" | "cron" | "timezone" | "jitter_seconds" | "catch_up" | "backup_set")
  | ("bandwidth" | "enabled")
>;

const ON = "on";
const JITTER_MAX_MINUTES = 720;
const LIMIT_MAX_KIB = 10_000_000;

/** The fields of a saved schedule. Where it uses the host's set, its own begins as a copy of that. */
export function valuesOf(schedule: ScheduleInput, host_set: BackupSet): ScheduleValues {
  const own = schedule.backup_set;
  const { bandwidth } = schedule;
  return {
    ...whenOf(schedule.cron),
    name: schedule.name,
    enabled: box(schedule.enabled),
    timezone: schedule.timezone,
    jitter_minutes: schedule.jitter_seconds === 0
      ? ""
      : String(Math.round(schedule.jitter_seconds / 0.6) / 100),
    catch_up: box(schedule.catch_up),
    set: own === null ? "default" : "own",
    ...setValues(own ?? host_set),
    "bandwidth.limit_upload_kib_per_second": limit(bandwidth.limit_upload_kib_per_second),
    "bandwidth.limit_download_kib_per_second": limit(bandwidth.limit_download_kib_per_second),
  };
}

function setValues(set: BackupSet) {
  return {
    "backup_set.paths": set.paths.join("\n"),
    "backup_set.excludes": set.excludes.join("\n"),
    "backup_set.tags": set.tags.join(", "),
    "backup_set.exclude_caches": box(set.exclude_caches === true),
    "backup_set.one_file_system": box(set.one_file_system === true),
    "backup_set.exclude_if_present": (set.exclude_if_present ?? []).join(", "),
  };
}

/** What the form of a new schedule begins with. */
export function freshValues(timezone: string, host_set: BackupSet): ScheduleValues {
  return valuesOf({
    ...{ name: "", kind: "backup", cron: "30 2 * * *", timezone, jitter_seconds: 600 },
    ...{ catch_up: true, backup_set: null, bandwidth: {}, enabled: true },
  }, host_set);
}

/** The fields as a form sends them. */
export function valuesIn(form: Pick<FormData, "get" | "getAll">): ScheduleValues {
  const text = (name: ScheduleField) => {
    const value = form.get(name);
    return typeof value === "string" ? value : "";
  };
  const frequency = FREQUENCIES.find((one) => one === text("frequency")) ?? "cron";
  return {
    frequency: frequency satisfies Frequency,
    every: text("every"),
    minute: text("minute"),
    // With seconds where a browser adds them.
    time: text("time").replace(/^(\d\d:\d\d):\d\d$/, "$1"),
    weekdays: inOrder(form.getAll("weekdays").map(String)),
    day: text("day"),
    cron: text("cron"),
    name: text("name"),
    enabled: text("enabled"),
    timezone: text("timezone"),
    jitter_minutes: text("jitter_minutes"),
    catch_up: text("catch_up"),
    set: text("set") === "own" ? "own" : "default",
    "backup_set.paths": text("backup_set.paths"),
    "backup_set.excludes": text("backup_set.excludes"),
    "backup_set.tags": text("backup_set.tags"),
    "backup_set.exclude_caches": text("backup_set.exclude_caches"),
    "backup_set.one_file_system": text("backup_set.one_file_system"),
    "backup_set.exclude_if_present": text("backup_set.exclude_if_present"),
    "bandwidth.limit_upload_kib_per_second": text("bandwidth.limit_upload_kib_per_second"),
    "bandwidth.limit_download_kib_per_second": text("bandwidth.limit_download_kib_per_second"),
  };
}

/** What the fields ask for. Meant for fields without {@link valueErrors}. */
export function inputOf(values: ScheduleValues): ScheduleInput {
  const upload = values["bandwidth.limit_upload_kib_per_second"].trim();
  const download = values["bandwidth.limit_download_kib_per_second"].trim();
  return {
    name: values.name,
    kind: "backup",
    cron: cronOf(values),
    timezone: values.timezone.trim(),
    jitter_seconds: jitterSeconds(values),
    catch_up: values.catch_up === ON,
    backup_set: values.set === "own" ? setIn(values) : null,
    bandwidth: {
      ...(upload === "" ? {} : { limit_upload_kib_per_second: Number(upload) }),
      ...(download === "" ? {} : { limit_download_kib_per_second: Number(download) }),
    },
    enabled: values.enabled === ON,
  };
}

/** The random delay that the field asks for; 0 where it says nothing that works. */
export function jitterSeconds({ jitter_minutes }: ScheduleValues): number {
  const seconds = Math.round(Number(jitter_minutes.trim()) * 60);
  return seconds >= 0 && seconds <= JITTER_MAX_MINUTES * 60 ? seconds : 0;
}

function setIn(values: ScheduleValues): BackupSet {
  const markers = wordsIn(values["backup_set.exclude_if_present"]);
  return {
    paths: linesIn(values["backup_set.paths"]),
    excludes: linesIn(values["backup_set.excludes"]),
    tags: wordsIn(values["backup_set.tags"]),
    ...(values["backup_set.exclude_caches"] === ON ? { exclude_caches: true } : {}),
    ...(values["backup_set.one_file_system"] === ON ? { one_file_system: true } : {}),
    ...(markers.length === 0 ? {} : { exclude_if_present: markers }),
  };
}

/** What no field can mean, each with what to do. */
export function valueErrors(values: ScheduleValues): ScheduleErrors {
  const errors: ScheduleErrors = { ...whenErrors(values) };
  if (values.name.trim() === "") errors.name = "Give it a name, as Nightly";
  const minutes = Number(values.jitter_minutes.trim());
  if (!(minutes >= 0 && minutes <= JITTER_MAX_MINUTES)) {
    errors.jitter_minutes = "Give minutes from 0 to 720, or nothing";
  }
  for (
    const name of [
      "bandwidth.limit_upload_kib_per_second",
      "bandwidth.limit_download_kib_per_second",
    ] as const
  ) {
    const text = values[name].trim();
    if (text === "") continue;
    if (!/^\d+$/.test(text) || Number(text) < 1 || Number(text) > LIMIT_MAX_KIB) {
      errors[name] = "Give KiB/s from 1 to 10,000,000, or nothing";
    }
  }
  if (values.set === "own" && linesIn(values["backup_set.paths"]).length === 0) {
    errors["backup_set.paths"] = "Give a path, or choose the host's default backup set";
  }
  return errors;
}

function box(on: boolean): string {
  return on ? ON : "";
}

function limit(kib_per_second: number | undefined): string {
  return kib_per_second === undefined ? "" : String(kib_per_second);
}
