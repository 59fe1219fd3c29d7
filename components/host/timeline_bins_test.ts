import assert from "node:assert/strict";
import { binsOf } from "./timeline_bins.ts";

const DAY_MS = 86_400_000;
const NOON_MS = new Date(2026, 10, 12, 12).getTime();

function points(...days_ago: number[]) {
  return days_ago.map((days) => ({ at_ms: NOON_MS - days * DAY_MS, added_bytes: 10 }));
}

Deno.test("binsOf() keeps every snapshot and every byte, over ten years too", () => {
  for (const days of [[0], [1, 0], [29, 28, 0], [3650, 900, 30, 3, 0, 0]]) {
    const bins = binsOf(points(...days));
    assert.equal(bins.reduce((sum, bin) => sum + bin.snapshots, 0), days.length);
    assert.equal(bins.reduce((sum, bin) => sum + bin.added_bytes, 0), days.length * 10);
    assert.ok(bins.length >= 24 && bins.length <= 180, `${bins.length} bins`);
    assert.ok(bins.at(-1)!.snapshots > 0, "the last column holds the newest");
  }
});

Deno.test("binsOf() draws nothing where nothing is, and no figure as nothing added", () => {
  assert.deepEqual(binsOf([]), []);
  assert.equal(binsOf([{ at_ms: NOON_MS, added_bytes: null }]).at(-1)!.added_bytes, 0);
});
