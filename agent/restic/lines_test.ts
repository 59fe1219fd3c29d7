import assert from "node:assert/strict";
import fc from "fast-check";
import { LINE_CUT_MARK, LineSplitter } from "./lines.ts";

function linesOf(chunks: Uint8Array[], max_bytes?: number): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line), max_bytes);
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return lines;
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const noisyBytes = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 8 }),
    fc.constantFrom("\n", "\r", "\r\n", "\u001b[2K", "é", "💾", "{", "abc").map(bytes),
  ),
  { maxLength: 30 },
).map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));

Deno.test("LineSplitter gives the same lines however the bytes were cut", () => {
  fc.assert(fc.property(
    noisyBytes,
    fc.array(fc.nat({ max: 240 }), { maxLength: 10 }),
    fc.integer({ min: 1, max: 40 }),
    (input, cuts, max_bytes) => {
      const at = [0, ...cuts.map((cut) => Math.min(cut, input.length)), input.length]
        .sort((a, b) => a - b);
      const chunks = at.slice(1).map((end, index) => input.subarray(at[index], end));
      assert.deepEqual(linesOf(chunks, max_bytes), linesOf([input], max_bytes));
    },
  ));
});

Deno.test("LineSplitter never emits an empty line or a line end", () => {
  fc.assert(fc.property(noisyBytes, (input) => {
    for (const line of linesOf([input])) assert.match(line, /^[^\r\n]+$/);
  }));
});

Deno.test("LineSplitter drops restic's erase-line code and takes CR for a line end", () => {
  assert.deepEqual(linesOf([bytes("50 %\r100 %\r\n\u001b[2Ksignal received\n\nrest")]), [
    "50 %",
    "100 %",
    "signal received",
    "rest",
  ]);
});

Deno.test("LineSplitter cuts a line at its limit, marks it and goes on with the next", () => {
  assert.deepEqual(linesOf([bytes("aaaaaaaa\nbbbb\n")], 4), [`aaaa${LINE_CUT_MARK}`, "bbbb"]);
});

Deno.test("LineSplitter turns bytes that are not UTF-8 into U+FFFD", () => {
  assert.deepEqual(linesOf([Uint8Array.of(0x61, 0xff, 0x62, 0x0a)]), ["a\uFFFDb"]);
});
