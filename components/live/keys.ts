/** @module Which key does what (ui/DESIGN.md §6), of what exists. Pure. */
import { paths } from "../../server/protocol/paths.ts";

export type KeyAct =
  | { kind: "go"; href: string }
  | { kind: "move"; by: 1 | -1 }
  | { kind: "filter" }
  | { kind: "help" }
  | { kind: "await_place" };

/** The second key after `g`. */
const PLACES: Record<string, string> = {
  o: paths.overview(),
  h: paths.hosts(),
  j: paths.jobs(),
  l: paths.audit(),
};

/** What a key asks for; undefined for one that is not ours. `after_g`: the key before was `g`. */
export function actOf(key: string, after_g: boolean): KeyAct | undefined {
  if (after_g) {
    const href = PLACES[key];
    return href === undefined ? undefined : { kind: "go", href };
  }
  switch (key) {
    case "g":
      return { kind: "await_place" };
    case "j":
      return { kind: "move", by: 1 };
    case "k":
      return { kind: "move", by: -1 };
    case "/":
      return { kind: "filter" };
    case "?":
      return { kind: "help" };
  }
}

/** The list that `?` shows. */
export const KEY_HELP: { keys: string[]; does: string }[] = [
  { keys: ["/"], does: "Filter the list" },
  { keys: ["j", "k"], does: "Next and previous row" },
  { keys: ["Enter"], does: "Open the row" },
  { keys: ["g", "o"], does: "Go to Overview" },
  { keys: ["g", "h"], does: "Go to Hosts" },
  { keys: ["g", "j"], does: "Go to Jobs" },
  { keys: ["g", "l"], does: "Go to the audit log" },
  { keys: ["F6"], does: "Go to the messages" },
  { keys: ["?"], does: "Show these keys" },
];
