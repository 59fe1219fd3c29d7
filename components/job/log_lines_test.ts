import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { LogLine } from "../../server/protocol/entities.ts";
import { filterLines, findLines, mergeLines, splitAtMatches } from "./log_lines.ts";
import { evenWindow, ROW_PX, rowsAbove, rowsOfLines, unevenWindow } from "./log_window.ts";

function aLine(seq: number, more: Partial<LogLine> = {}): LogLine {
  return { seq, ts: "2026-11-12T09:42:05Z", stream: "stdout", payload: `line ${seq}`, ...more };
}

Deno.test("mergeLines() gives every line once and in order, however they overlap", () => {
  const seqs = fc.uniqueArray(fc.integer({ min: 1, max: 60 }));
  fc.assert(fc.property(seqs, seqs, (held, more) => {
    const merged = mergeLines(
      held.toSorted((a, b) => a - b).map((seq) => aLine(seq)),
      more.map((seq) => aLine(seq)),
    );
    const expected = [...new Set([...held, ...more])].sort((a, b) => a - b);
    assert.deepEqual(merged.map((line) => line.seq), expected);
  }));
});

Deno.test("filterLines() keeps only what restic wrote to stderr", () => {
  const lines = [aLine(1), aLine(2, { stream: "stderr" }), aLine(3, { stream: "event" })];
  assert.deepEqual(filterLines(lines, "stderr").map((line) => line.seq), [2]);
  assert.equal(filterLines(lines, "all"), lines);
});

Deno.test("findLines() ignores case and finds nothing for an empty query", () => {
  const lines = ["Error: x", "fine", "an ERROR"].map((payload, i) => aLine(i + 1, { payload }));
  assert.deepEqual(findLines(lines, "error"), [0, 2]);
  assert.deepEqual(findLines(lines, ""), []);
});

Deno.test("findLines() finds what is shown of a hidden character", () => {
  assert.deepEqual(findLines([aLine(1, { payload: "a\u202eb" })], "\\u202e"), [0]);
});

Deno.test("splitAtMatches() joins to the text again, with every second part the match", () => {
  assert.deepEqual(splitAtMatches("a Tmp b tmp", "tmp"), ["a ", "Tmp", " b ", "tmp", ""]);
  fc.assert(fc.property(fc.string(), fc.string(), (text, query) => {
    assert.equal(splitAtMatches(text, query).join(""), text);
  }));
});

Deno.test("evenWindow() draws a screenful of 100,000 lines and keeps the height of all", () => {
  const at = evenWindow(100_000, 50_000 * ROW_PX, 600);
  assert.ok(at.end - at.start < 100);
  assert.ok(at.start <= 50_000 && at.end >= 50_030);
  const height_px = at.before_px + (at.end - at.start) * ROW_PX + at.after_px;
  assert.equal(height_px, 100_000 * ROW_PX);
});

Deno.test("evenWindow() of a scroll past the end still draws nothing that does not exist", () => {
  assert.deepEqual(evenWindow(3, 9000, 600), { start: 3, end: 3, before_px: 60, after_px: 0 });
  assert.deepEqual(evenWindow(0, 0, 600), { start: 0, end: 0, before_px: 0, after_px: 0 });
});

Deno.test("unevenWindow() covers the screen and keeps the height of all lines", () => {
  const texts = fc.array(fc.string({ maxLength: 300 }), { maxLength: 300 });
  fc.assert(fc.property(texts, fc.nat(8000), (lines, scroll_px) => {
    const rows = rowsOfLines(lines, 80);
    const above = rowsAbove(rows);
    const at = unevenWindow(above, scroll_px, 400);
    let drawn_rows = 0;
    for (let i = at.start; i < at.end; i++) drawn_rows += rows[i]!;
    assert.equal(at.before_px + drawn_rows * ROW_PX + at.after_px, above.at(-1)! * ROW_PX);
    assert.ok(at.before_px <= scroll_px);
  }));
});
