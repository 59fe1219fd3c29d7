import assert from "node:assert/strict";
import { actOf, keyHelp } from "./keys.ts";

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
  assert.equal(actOf("x", false), undefined);
});

Deno.test("keyHelp() lists a place for each letter after g, and Run now to those who may", () => {
  const [anywhere, , host] = keyHelp({ may_run: false });
  for (const { keys } of anywhere!.keys.filter(({ keys }) => keys[0] === "g")) {
    assert.equal(actOf(keys[1]!, true)?.kind, "go");
  }
  assert.ok(!host!.keys.some(({ keys }) => keys[0] === "r"));
  assert.ok(keyHelp({ may_run: true })[2]!.keys.some(({ keys }) => keys[0] === "r"));
});
