import assert from "node:assert/strict";
import { type Figure, isKept, median, p95, renderTable } from "./table.ts";

const figure: Figure = { name: "backup", unit: "", budget: 1.02, measured: 1.013, note: "1 GiB" };

Deno.test("renderTable() puts the budget beside the measured value and says which is missed", () => {
  const table = renderTable([figure, { ...figure, measured: 1.2 }, { ...figure, measured: null }]);
  const lines = table.split("\n");
  assert.match(lines[1] ?? "", /backup +≤ 1\.02 +1\.013 +kept +1 GiB/);
  assert.match(lines[2] ?? "", /1\.2 +MISSED/);
  assert.match(lines[3] ?? "", /not measured/);
});

Deno.test("isKept() says nothing about a figure that has no budget or was not measured", () => {
  assert.equal(isKept({ ...figure, budget: null }), null);
  assert.equal(isKept({ ...figure, measured: null }), null);
});

Deno.test("median() of an even number of values lies between the middle two", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.throws(() => median([]), RangeError);
});

Deno.test("p95() is the value that 95 of 100 do not exceed", () => {
  assert.equal(p95(Array.from({ length: 100 }, (_, i) => 100 - i)), 95);
  assert.equal(p95([7]), 7);
  assert.throws(() => p95([]), RangeError);
});
