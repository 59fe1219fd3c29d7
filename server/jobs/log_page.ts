/** @module One page of a log over REST, bounded by its text: 5,000 long lines would be 80 MiB. */
import type { LogLine } from "../protocol/entities.ts";
import type { LogPage } from "../protocol/rest.ts";

/** The page is full once its text is longer. */
const PAGE_CHARS = 1024 * 1024;
/** Read at once; long lines of so many are 3 MiB. */
const READ_LINES = 200;

/** Lines after `after_seq`, as many as the limit and the bound of their text allow. */
export function logPage(
  read: (after_seq: number, limit: number) => LogLine[],
  after_seq: number,
  limit: number,
): LogPage {
  const lines: LogLine[] = [];
  let chars = 0;
  while (lines.length < limit && chars < PAGE_CHARS) {
    const wanted = Math.min(READ_LINES, limit - lines.length);
    const some = read(lines.at(-1)?.seq ?? after_seq, wanted);
    for (const line of some) {
      if (lines.length > 0 && chars + line.payload.length > PAGE_CHARS) {
        return { lines, last_seq: lines.at(-1)!.seq, has_more: true };
      }
      lines.push(line);
      chars += line.payload.length;
    }
    if (some.length < wanted) {
      return { lines, last_seq: lines.at(-1)?.seq ?? after_seq, has_more: false };
    }
  }
  return { lines, last_seq: lines.at(-1)?.seq ?? after_seq, has_more: true };
}
