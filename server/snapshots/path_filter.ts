/**
 * @module The filter by path: snapshots of that path or of a folder above it. Where each snapshot has
 * a list of paths of its own there are as many lists as snapshots, so a list is read as JSON only if
 * its plain text names one of those folders.
 */
import type { SQLInputValue } from "node:sqlite";

/** Texts in one statement; rounded up to these, so that only a few statements are ever prepared. */
const TEXT_COUNTS = [8, 16, 32];

/** The condition on lists `l`, and its values. */
export function pathCondition(
  path: string,
): { sql: string; values: Record<string, SQLInputValue> } {
  const folders = foldersOf(path);
  const texts = folders.flatMap(textsOf);
  const exact = `EXISTS (SELECT 1 FROM json_each(l.items) AS p
    WHERE rtrim(p.value, '/\\') IN (SELECT value FROM json_each(:folders)))`;
  const values: Record<string, SQLInputValue> = { folders: JSON.stringify(folders) };
  const room = TEXT_COUNTS.find((count) => count >= texts.length);
  if (room === undefined) return { sql: exact, values };
  const names = Array.from({ length: room }, (_, i) => `folder_${i}`);
  for (const [i, name] of names.entries()) values[name] = texts[Math.min(i, texts.length - 1)]!;
  const any = names.map((name) => `instr(l.items, :${name}) > 0`).join(" OR ");
  return { sql: `(${any}) AND ${exact}`, values };
}

/** The path and every folder above it, without separators at the end: the root is "". */
function foldersOf(path: string): string[] {
  const folders = [path];
  for (let at = path.length - 1; at >= 0; at--) {
    if (path[at] !== "/" && path[at] !== "\\") continue;
    const folder = path.slice(0, at).replace(/[/\\]+$/, "");
    if (folder !== folders.at(-1)) folders.push(folder);
  }
  return folders;
}

/** How a folder stands in the JSON of a list: as it is, or with a separator at its end. */
function textsOf(folder: string): string[] {
  const ends = folder.includes("\\")
    ? ["", "\\", "/"]
    : /^[A-Za-z]:$/.test(folder)
    ? ["", "\\", "/"]
    : folder === ""
    ? ["/", "\\"]
    : ["", "/"];
  return ends.map((end) => JSON.stringify(folder + end));
}
