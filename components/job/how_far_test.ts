import assert from "node:assert/strict";
import * as fc from "fast-check";
import { isAllRead, percentDone, phaseWord } from "./how_far.ts";

const aReading = {
  phase: "uploading",
  percent_done: 0.62,
  total_files: 2,
  total_bytes: 9,
} as const;

Deno.test("percentDone() is unknown before the scan has found anything, whatever restic says", () => {
  const nothing = { ...aReading, phase: "scanning", total_files: 0, total_bytes: 0 } as const;
  assert.equal(percentDone({ ...nothing, percent_done: 1 }), null);
  assert.equal(percentDone(null), null);
  assert.equal(percentDone(undefined), null);
});

Deno.test("percentDone() rounds down and never reaches 100", () => {
  assert.equal(percentDone(aReading), 62);
  assert.equal(percentDone({ ...aReading, percent_done: 0.29 }), 29);
  fc.assert(fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (percent_done) => {
    const percent = percentDone({ ...aReading, percent_done })!;
    assert.ok(percent >= 0 && percent <= 99);
  }));
});

Deno.test("isAllRead() is true only of an upload of which everything is read", () => {
  assert.equal(isAllRead({ ...aReading, percent_done: 1 }), true);
  assert.equal(isAllRead(aReading), false);
  assert.equal(isAllRead({ ...aReading, phase: "scanning", percent_done: 1 }), false);
  assert.equal(isAllRead({ ...aReading, phase: "listing", percent_done: 1 }), false);
  assert.equal(isAllRead(null), false);
});

Deno.test("phaseWord() names what a job does before any percent is known", () => {
  assert.equal(phaseWord(null), "Starting");
  assert.equal(phaseWord({ ...aReading, phase: "listing" }), "Listing snapshots");
});
