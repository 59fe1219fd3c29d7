/** @module Lists in one text field, as server/http/host_forms reads them. Pure. */

/** Its lines without blank ones: a path may begin or end with spaces. */
export function linesIn(text: string): string[] {
  return text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== "");
}

/** Its words, parted by commas. */
export function wordsIn(text: string): string[] {
  return text.split(",").map((word) => word.trim()).filter((word) => word !== "");
}

/** What was added to a list of such and what was removed, as "exclude *.tmp added". */
export function listChanges(one: string, before: string[], after: string[]): string[] {
  return [
    ...after.filter((item) => !before.includes(item)).map((item) => `${one} ${item} added`),
    ...before.filter((item) => !after.includes(item)).map((item) => `${one} ${item} removed`),
  ];
}
