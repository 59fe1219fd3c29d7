/** @module What the settings form would change, in words. Pure. */

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

/** Each list's word for one of its items, and what parts them. */
const LISTS = {
  "tags": { one: "tag", separator: "," },
  "backup_set.paths": { one: "path", separator: "\n" },
  "backup_set.excludes": { one: "exclude", separator: "\n" },
  "backup_set.tags": { one: "snapshot tag", separator: "," },
} as const;

/** Each change from what is saved to what is typed, as "exclude *.tmp added". */
export function changesOf(saved: SettingsValues, typed: SettingsValues): string[] {
  const changes: string[] = [];
  if (differs(saved, typed, "name")) changes.push(`name to ${typed.name?.trim() || "nothing"}`);
  for (const [name, { one, separator }] of Object.entries(LISTS)) {
    const [before, after] = [saved, typed].map((values) =>
      itemsOf(values[name as keyof typeof LISTS] ?? "", separator)
    ) as [string[], string[]];
    for (const item of after) if (!before.includes(item)) changes.push(`${one} ${item} added`);
    for (const item of before) if (!after.includes(item)) changes.push(`${one} ${item} removed`);
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

/** As server/http/host_forms reads them: a path may begin or end with spaces, a tag may not. */
function itemsOf(text: string, separator: "," | "\n"): string[] {
  const items = separator === ","
    ? text.split(",").map((item) => item.trim())
    : text.split(/\r\n|\n|\r/);
  return items.filter((item) => item.trim() !== "");
}
