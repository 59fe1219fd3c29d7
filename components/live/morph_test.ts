import assert from "node:assert/strict";
import { changesBetween } from "./morph.ts";

Deno.test("changesBetween() counts what is new, gone and elsewhere", () => {
  assert.equal(changesBetween(["a", "b", "c"], ["a", "b", "c"]), 0);
  assert.equal(changesBetween(["a", "b"], ["n", "a", "b"]), 1);
  assert.equal(changesBetween(["a", "b", "c"], ["a", "c"]), 1);
  assert.equal(changesBetween(["a", "b", "c"], ["b", "a", "c"]), 2);
  assert.equal(changesBetween(["a", "b"], ["c", "d"]), 4);
});
