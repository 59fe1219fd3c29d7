import assert from "node:assert/strict";
import { LOG_LINE_MAX_CHARS } from "../protocol/limits.ts";
import { logPage } from "./log_page.ts";
import { linesFrom } from "./test_world.ts";

function logOf(count: number, payload = "short") {
  const all = linesFrom(1, count).map((line) => ({ ...line, payload }));
  return (after_seq: number, limit: number) => all.slice(after_seq, after_seq + limit);
}

Deno.test("logPage() fills a page up to its limit and says whether there is more", () => {
  const read = logOf(1000);
  const first = logPage(read, 0, 600);
  assert.deepEqual([first.lines.length, first.last_seq, first.has_more], [600, 600, true]);
  const last = logPage(read, 600, 600);
  assert.deepEqual([last.lines.length, last.last_seq, last.has_more], [400, 1000, false]);
  assert.deepEqual(logPage(read, 1000, 5), { lines: [], last_seq: 1000, has_more: false });
});

Deno.test("logPage() ends a page of long lines at 1 MiB, and every line is on one of them", () => {
  const read = logOf(1000, "x".repeat(LOG_LINE_MAX_CHARS));
  const seqs: number[] = [];
  for (let after = 0, more = true; more;) {
    const page = logPage(read, after, 5000);
    assert.ok(page.lines.length <= 64);
    seqs.push(...page.lines.map((line) => line.seq));
    after = page.last_seq;
    more = page.has_more;
  }
  assert.deepEqual(seqs, Array.from({ length: 1000 }, (_, n) => n + 1));
});
