/** @module Which key does what (ui/DESIGN.md §6), of what exists. Pure. */
import { PLACES } from "../places.ts";

export type KeyAct =
  | { kind: "go"; href: string }
  | { kind: "move"; by: 1 | -1 }
  | { kind: "tab"; by: 1 | -1 }
  | { kind: "filter" }
  | { kind: "run" }
  | { kind: "edit" }
  | { kind: "help" }
  | { kind: "await_place" };

/** What a key asks for; undefined for one that is not ours. `after_g`: the key before was `g`. */
export function actOf(key: string, after_g: boolean): KeyAct | undefined {
  if (after_g) {
    const href = PLACES.find((place) => place.key === key)?.href;
    return href === undefined ? undefined : { kind: "go", href };
  }
  switch (key) {
    case "g":
      return { kind: "await_place" };
    case "j":
      return { kind: "move", by: 1 };
    case "k":
      return { kind: "move", by: -1 };
    case "]":
      return { kind: "tab", by: 1 };
    case "[":
      return { kind: "tab", by: -1 };
    case "r":
      return { kind: "run" };
    case "e":
      return { kind: "edit" };
    case "/":
      return { kind: "filter" };
    case "?":
      return { kind: "help" };
  }
}

export interface KeyGroup {
  title: string;
  keys: { keys: string[]; does: string }[];
}

/** The list that `?` shows, of what this person can do. */
export function keyHelp({ may_run }: { may_run: boolean }): KeyGroup[] {
  return [
    {
      title: "Anywhere",
      keys: [
        { keys: ["Ctrl", "K"], does: "Search or run a command" },
        ...PLACES.flatMap(({ key, label }) =>
          key === undefined ? [] : [{ keys: ["g", key], does: `Go to ${label}` }]
        ),
        { keys: ["Ctrl", "Enter"], does: "Save or continue a form" },
        { keys: ["F6"], does: "Go to the messages" },
        { keys: ["?"], does: "Show these keys" },
      ],
    },
    {
      title: "In lists",
      keys: [
        { keys: ["/"], does: "Filter the list" },
        { keys: ["j", "k"], does: "Next and previous row" },
        { keys: ["Enter"], does: "Open the row" },
        { keys: ["Esc"], does: "Clear the filter, then leave it" },
      ],
    },
    {
      title: "On a host or its row",
      keys: [
        ...(may_run ? [{ keys: ["r"], does: "Run now; asks first" }] : []),
        { keys: ["e"], does: "Open its settings" },
        { keys: ["[", "]"], does: "Previous and next tab" },
      ],
    },
  ];
}
