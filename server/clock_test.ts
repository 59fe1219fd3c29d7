import assert from "node:assert/strict";
import { ClockWatch, FakeClock } from "./clock.ts";

Deno.test("ClockWatch tells each jump once, and takes gentle corrections for none", () => {
  const clock = new FakeClock();
  let elapsed_ms = 0;
  const watch = new ClockWatch(clock, () => elapsed_ms);
  function pass(seconds: number): void {
    elapsed_ms += seconds * 1000;
    clock.advance(seconds);
  }
  pass(20);
  assert.equal(watch.jumpedSeconds(), 0);
  clock.advance(3 * 86_400);
  pass(20);
  assert.equal(watch.jumpedSeconds(), 3 * 86_400);
  pass(20);
  assert.equal(watch.jumpedSeconds(), 0);
  clock.advance(-3 * 86_400 + 5);
  assert.equal(watch.jumpedSeconds(), -3 * 86_400 + 5);
  clock.advance(-5);
  assert.equal(watch.jumpedSeconds(), 0);
});
