/** @module The lines of a job's log as the browser holds them: ordered by `seq`, each once. */
import type { LogLine } from "../../server/protocol/entities.ts";
import { visibleText } from "./visible_text.ts";

/** Both lists in order of `seq`, each line once. The first list must be in order already. */
export function mergeLines(held: LogLine[], more: LogLine[]): LogLine[] {
  if (more.length === 0) return held;
  const sorted = isInOrder(more) ? more : more.toSorted((a, b) => a.seq - b.seq);
  if (held.length === 0 || held.at(-1)!.seq < sorted[0]!.seq) return [...held, ...sorted];
  if (sorted.at(-1)!.seq < held[0]!.seq) return [...sorted, ...held];
  const merged: LogLine[] = [];
  let i = 0;
  let j = 0;
  while (i < held.length || j < sorted.length) {
    const a = held[i];
    const b = sorted[j];
    if (b === undefined || (a !== undefined && a.seq <= b.seq)) {
      if (b !== undefined && a!.seq === b.seq) j++;
      merged.push(a!);
      i++;
    } else {
      merged.push(b);
      j++;
    }
  }
  return merged;
}

function isInOrder(lines: LogLine[]): boolean {
  for (let i = 1; i < lines.length; i++) if (lines[i]!.seq <= lines[i - 1]!.seq) return false;
  return true;
}

/** Which lines to show: all, or only what restic wrote to stderr. */
export type LogFilter = "all" | "stderr";

/** The lines that a filter lets through; the same list when it lets all through. */
export function filterLines(lines: LogLine[], filter: LogFilter): LogLine[] {
  return filter === "all" ? lines : lines.filter((line) => line.stream === "stderr");
}

interface Shown {
  text: string;
  lower: string;
}

/** Long logs grow by small batches: what was worked out for a line is not worked out again. */
const SHOWN = new WeakMap<LogLine, Shown>();

function shownOf(line: LogLine): Shown {
  let shown = SHOWN.get(line);
  if (shown === undefined) {
    const text = visibleText(line.payload);
    shown = { text, lower: text.toLowerCase() };
    SHOWN.set(line, shown);
  }
  return shown;
}

/** What is shown of a line: its payload with everything unseen written out. */
export function textOf(line: LogLine): string {
  return shownOf(line).text;
}

/** Indices of the lines that show the query, whatever its case. None for an empty query. */
export function findLines(lines: readonly LogLine[], query: string): number[] {
  const wanted = query.toLowerCase();
  if (wanted === "") return [];
  const found: number[] = [];
  for (let i = 0; i < lines.length; i++) {
    if (shownOf(lines[i]!).lower.includes(wanted)) found.push(i);
  }
  return found;
}

/** The text cut at each place where the query occurs; every second part is a match. */
export function splitAtMatches(text: string, query: string): string[] {
  if (query === "") return [text];
  const parts: string[] = [];
  const lower = text.toLowerCase();
  // A few letters change length in lower case, so that positions would not fit the text.
  if (lower.length !== text.length) return [text];
  const wanted = query.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    parts.push(text.slice(from, at), text.slice(at, at + wanted.length));
    from = at + wanted.length;
  }
  parts.push(text.slice(from));
  return parts;
}
