/** @module A job's log as plain text, for downloads. */
import type { LogPage } from "../protocol/rest.ts";

const PAGE_LINES = 200;

/** Streams a log page by page as it is read, one line each: time, stream, text. */
export function logText(
  pages: (after_seq: number, limit: number) => LogPage,
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
      const { lines, last_seq, has_more } = pages(after_seq, PAGE_LINES);
      after_seq = last_seq;
      if (lines.length > 0) {
        const text = lines.map(({ ts, stream, payload }) => `${ts} ${stream} ${payload}\n`).join(
          "",
        );
        controller.enqueue(encoder.encode(text));
      }
      if (!has_more) controller.close();
    },
  });
}
