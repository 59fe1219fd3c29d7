import assert from "node:assert/strict";
import fc from "fast-check";
import { byteUnit, trendAxis } from "./trend_axis.ts";

Deno.test("trendAxis() takes round values around the figures", () => {
  assert.deepEqual(trendAxis([110, 190], 1), { low: 100, middle: 150, high: 200 });
  assert.deepEqual(trendAxis([0, 0], 1), { low: 0, middle: 1, high: 2 });
  assert.deepEqual(trendAxis([100, 100], 1), { low: 100, middle: 105, high: 110 });
});

Deno.test("trendAxis() holds every figure, whatever they are", () => {
  const figure = fc.double({ min: 0, max: 1e15, noNaN: true });
  fc.assert(fc.property(fc.array(figure, { minLength: 1, maxLength: 90 }), (values) => {
    const { low, middle, high } = trendAxis(values, byteUnit(Math.max(...values)));
    assert.ok(low <= middle && middle <= high);
    const slack = high * 1e-9;
    for (const value of values) assert.ok(value >= low - slack && value <= high + slack);
  }));
});
