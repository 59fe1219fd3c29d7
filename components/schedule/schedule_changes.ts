/** @module What the schedule form would change, in words. Pure. */
import { linesIn, listChanges, wordsIn } from "../form_lists.ts";
import type { ScheduleField, ScheduleValues } from "./schedule_values.ts";
import { cronOf, whenWords } from "./when.ts";

/** Each change from what is saved to what is typed, as "random delay none → 10 min". */
export function scheduleChanges(saved: ScheduleValues, typed: ScheduleValues): string[] {
  const differs = (name: ScheduleField) => typed[name].trim() !== saved[name].trim();
  const changes: string[] = [];
  if (differs("name")) changes.push(`name to ${typed.name.trim() || "nothing"}`);
  if (differs("enabled")) changes.push(typed.enabled === "" ? "turned off" : "turned on");
  if (cronOf(saved) !== cronOf(typed)) {
    changes.push(`runs ${whenWords(saved)} → ${whenWords(typed)}`);
  }
  if (differs("timezone")) changes.push(`time zone to ${typed.timezone.trim() || "nothing"}`);
  if (differs("jitter_minutes")) {
    changes.push(`random delay ${minutes(saved)} → ${minutes(typed)}`);
  }
  if (differs("catch_up")) {
    changes.push(`missed runs are ${typed.catch_up === "" ? "not " : ""}caught up`);
  }
  changes.push(...setChanges(saved, typed));
  for (const direction of ["upload", "download"] as const) {
    const name = `bandwidth.limit_${direction}_kib_per_second` as const;
    if (!differs(name)) continue;
    const text = typed[name].trim();
    changes.push(`${direction} limit ${text === "" ? "removed" : `to ${text} KiB/s`}`);
  }
  return changes;
}

function setChanges(saved: ScheduleValues, typed: ScheduleValues): string[] {
  if (typed.set === "default") {
    return saved.set === "default" ? [] : ["the host's default backup set"];
  }
  const lists = [
    ["path", "backup_set.paths", linesIn],
    ["exclude", "backup_set.excludes", linesIn],
    ["snapshot tag", "backup_set.tags", wordsIn],
    ["marker file", "backup_set.exclude_if_present", wordsIn],
  ] as const;
  const boxes = [
    ["CACHEDIR.TAG folders", "skipped", "backup_set.exclude_caches"],
    ["other file systems", "left out", "backup_set.one_file_system"],
  ] as const;
  return [
    ...(saved.set === "default" ? ["a backup set of its own"] : []),
    ...lists.flatMap(([one, name, itemsIn]) =>
      listChanges(one, itemsIn(saved[name]), itemsIn(typed[name]))
    ),
    ...boxes.filter(([, , name]) => saved[name] !== typed[name]).map(([what, done, name]) =>
      `${what} ${typed[name] === "" ? "no longer " : ""}${done}`
    ),
  ];
}

function minutes({ jitter_minutes }: ScheduleValues): string {
  const text = jitter_minutes.trim();
  return text === "" || text === "0" ? "none" : `${text} min`;
}
