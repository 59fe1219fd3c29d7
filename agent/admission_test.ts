import assert from "node:assert/strict";
import { Admission } from "./admission.ts";
import { createAgentLog } from "./log.ts";
import { FakeTiming } from "./timing.ts";

function waiting() {
  const timing = new FakeTiming();
  const log = createAgentLog("text", () => {});
  const admission = new Admission({ timing, log });
  const stop = new AbortController();
  let is_over = false;
  const over = admission.wait(stop.signal).then(() => void (is_over = true));
  /** What follows at once has happened. */
  const settle = () => new Promise((resolve) => setTimeout(resolve));
  const isOver = async () => (await settle(), is_over);
  return { timing, admission, stop, over, isOver };
}

Deno.test("Admission comes with the first welcome, whatever was before", async () => {
  const { admission, isOver, over } = waiting();
  admission.turnAway();
  assert.equal(await isOver(), false);
  admission.welcome();
  await over;
});

Deno.test("Admission comes by itself when no server was heard for five minutes", async () => {
  const { timing, isOver, over } = waiting();
  timing.advance(299);
  assert.equal(await isOver(), false);
  timing.advance(1);
  await over;
});

Deno.test("Admission of a machine that was turned away comes from the server alone", async () => {
  const { timing, admission, isOver, over } = waiting();
  admission.turnAway();
  timing.advance(30 * 86_400);
  assert.equal(await isOver(), false);
  admission.welcome();
  await over;
});

Deno.test("Admission ends with the agent", async () => {
  const { timing, admission, stop, isOver, over } = waiting();
  admission.turnAway();
  timing.advance(301);
  assert.equal(await isOver(), false);
  stop.abort();
  await over;
});
