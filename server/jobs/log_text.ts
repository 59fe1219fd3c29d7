/** @module A job's log as plain text, for downloads. */
import type { LogLine } from "../protocol/entities.ts";

/** Lines may be long: what waits for a slow reader stays below 4 MiB. */
const PAGE_LINES = 200;

/** Streams a log page by page as it is read, one line each: time, stream, text. */
export function logText(
  pages: (after_seq: number, limit: number) => LogLine[],
  { removed_at }: { removed_at: string | null },
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  let after_seq = 0;
  return new ReadableStream({
    start(controller) {
      if (removed_at === null) return;
      controller.enqueue(encoder.encode(`${removed_at} event [the log was removed for its age]\n`));
    },
    pull(controller) {
      const lines = pages(after_seq, PAGE_LINES);
      after_seq = lines.at(-1)?.seq ?? after_seq;
      if (lines.length > 0) {
        const text = lines.map(({ ts, stream, payload }) => `${ts} ${stream} ${payload}\n`).join(
          "",
        );
        controller.enqueue(encoder.encode(text));
      }
      if (lines.length < PAGE_LINES) controller.close();
    },
  });
}
