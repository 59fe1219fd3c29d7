import assert from "node:assert/strict";
import { actOf } from "./keys.ts";

Deno.test("actOf() takes g and a letter for a place", () => {
  assert.deepEqual(actOf("g", false), { kind: "await_place" });
  assert.deepEqual(actOf("h", true), { kind: "go", href: "/hosts" });
  assert.equal(actOf("x", true), undefined);
});

Deno.test("actOf() leaves every other key alone", () => {
  assert.deepEqual(actOf("j", false), { kind: "move", by: 1 });
  assert.deepEqual(actOf("j", true), { kind: "go", href: "/jobs" });
  assert.equal(actOf("Enter", false), undefined);
  assert.equal(actOf("a", false), undefined);
});
