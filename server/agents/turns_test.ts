import assert from "node:assert/strict";
import type { Scheduler } from "./scheduler.ts";
import { LIGHT_CHARS, Turns } from "./turns.ts";

/** Time that only work and waiting move. */
function world() {
  let now_ms = 0;
  let due: { at_ms: number; run: () => void } | undefined;
  const scheduler: Scheduler = {
    after(ms, run) {
      due = { at_ms: now_ms + ms, run };
      return () => (due = undefined);
    },
  };
  const turns = new Turns(scheduler, () => now_ms);
  const done: string[] = [];
  const LARGE = LIGHT_CHARS + 1;
  return {
    turns,
    done,
    now_ms: () => now_ms,
    large: (owner: object, name: string) =>
      turns.take(owner, LARGE, () => {
        now_ms += 10;
        done.push(name);
      }),
    light: (owner: object, name: string) => turns.take(owner, 100, () => void done.push(name)),
    runAll() {
      while (due !== undefined) {
        const { at_ms, run } = due;
        due = undefined;
        now_ms = Math.max(now_ms, at_ms);
        run();
      }
    },
  };
}

Deno.test("Turns serves one of each agent after the other, and each agent in its order", () => {
  const { large, light, runAll, done } = world();
  const [a, b] = [{}, {}];
  for (let n = 1; n <= 3; n++) large(a, `a${n}`);
  light(a, "a4");
  for (let n = 1; n <= 2; n++) large(b, `b${n}`);
  assert.deepEqual(done, ["a1"], "what nobody waits for is done at once");
  runAll();
  assert.deepEqual(done, ["a1", "a2", "b1", "a3", "b2", "a4"]);
});

Deno.test("Turns lets little messages of others through at once and leaves them a third of the time", () => {
  const { large, light, runAll, done, now_ms } = world();
  for (let n = 0; n < 50; n++) large({}, "large");
  light({}, "heartbeat");
  assert.deepEqual(done, ["large", "heartbeat"]);
  runAll();
  assert.equal(done.length, 51);
  assert.ok(now_ms() >= 50 * 10 + 49 * 5);
});

Deno.test("Turns refuses what an agent sends beyond any honest one, and forgets who left", () => {
  const { large, runAll, done, turns } = world();
  const flooder = {};
  large({}, "other");
  let taken = 0;
  while (large(flooder, "flood")) taken++;
  assert.equal(taken, 64);
  turns.drop(flooder);
  runAll();
  assert.deepEqual(done, ["other"]);
  assert.equal(large(flooder, "again"), true);
});

Deno.test("Turns goes on after work that throws", () => {
  const { turns, large, runAll, done } = world();
  const fail = () => {
    throw new Error("broken");
  };
  assert.throws(() => turns.take({}, LIGHT_CHARS + 1, fail), /broken/);
  large({}, "one");
  large({}, "two");
  runAll();
  assert.deepEqual(done, ["one", "two"]);
});
