/** @module What the settings form would change, in words. Pure. */

import { linesIn, listChanges, wordsIn } from "../form_lists.ts";

/** The form's fields as text, by name. Undefined: the role may not change it, so it is not drawn. */
export type SettingsValues = Partial<Record<SettingsField, string>>;

export type SettingsField =
  | "name"
  | "tags"
  | "backup_set.paths"
  | "backup_set.excludes"
  | "backup_set.tags"
  | "goal_hours"
  | "cert_pins.0"
  | "cert_pins.1";

/** Each list's word for one of its items, and how its text is read. */
const LISTS = {
  "tags": { one: "tag", itemsIn: wordsIn },
  "backup_set.paths": { one: "path", itemsIn: linesIn },
  "backup_set.excludes": { one: "exclude", itemsIn: linesIn },
  "backup_set.tags": { one: "snapshot tag", itemsIn: wordsIn },
} as const;

/** Each change from what is saved to what is typed, as "exclude *.tmp added". */
export function changesOf(saved: SettingsValues, typed: SettingsValues): string[] {
  const changes: string[] = [];
  if (differs(saved, typed, "name")) changes.push(`name to ${typed.name?.trim() || "nothing"}`);
  for (const [name, { one, itemsIn }] of Object.entries(LISTS)) {
    const itemsOf = (values: SettingsValues) => itemsIn(values[name as keyof typeof LISTS] ?? "");
    changes.push(...listChanges(one, itemsOf(saved), itemsOf(typed)));
  }
  if (differs(saved, typed, "goal_hours")) {
    changes.push(`goal to ${typed.goal_hours?.trim() || "nothing"} h`);
  }
  for (const [name, word] of Object.entries(PINS)) {
    const field = name as keyof typeof PINS;
    if (!differs(saved, typed, field)) continue;
    changes.push(`${word} pin ${typed[field]?.trim() ? "changed" : "removed"}`);
  }
  return changes;
}

const PINS = { "cert_pins.0": "current", "cert_pins.1": "next" } as const;

function differs(saved: SettingsValues, typed: SettingsValues, name: SettingsField): boolean {
  return typed[name] !== undefined && typed[name].trim() !== (saved[name] ?? "").trim();
}
