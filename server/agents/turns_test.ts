import assert from "node:assert/strict";
import type { Scheduler } from "./scheduler.ts";
import { LIGHT_CHARS, Turns } from "./turns.ts";

/** Time that only work and waiting move. `large` work takes 10 ms, what is light next to nothing. */
function world() {
  let now_ms = 0;
  let due: { at_ms: number; run: () => void } | undefined;
  const scheduler: Scheduler = {
    after(ms, run) {
      due = { at_ms: now_ms + ms, run };
      return () => (due = undefined);
    },
  };
  /** What was done, transaction by transaction. */
  const commits: string[][] = [];
  let commit: string[] = [];
  const world = {
    commits,
    failed: [] as string[],
    fail_commit: false,
    now_ms: () => now_ms,
    turns: new Turns({ scheduler, time_ms: () => now_ms, together }),
    take(owner: object, chars: number, work: () => void) {
      const failed = (error: unknown) => void world.failed.push((error as Error).message);
      return world.turns.take(owner, { chars, work, failed });
    },
    large: (owner: object, name: string) =>
      world.take(owner, LIGHT_CHARS + 1, () => {
        now_ms += 10;
        commit.push(name);
      }),
    light: (owner: object, name: string) => world.take(owner, 100, () => void commit.push(name)),
    broken: (owner: object) =>
      world.take(owner, 100, () => {
        throw new Error("broken");
      }),
    runAll() {
      while (due !== undefined) {
        const { at_ms, run } = due;
        due = undefined;
        now_ms = Math.max(now_ms, at_ms);
        run();
      }
    },
  };
  return world;

  function together(work: () => void): void {
    commit = [];
    work();
    if (world.fail_commit) throw new Error("no commit");
    commits.push(commit);
  }
}

Deno.test("Turns serves one of each agent after the other, and each agent in its order", () => {
  const { large, light, runAll, commits } = world();
  const [a, b] = [{}, {}];
  for (let n = 1; n <= 3; n++) large(a, `a${n}`);
  light(a, "a4");
  for (let n = 1; n <= 2; n++) large(b, `b${n}`);
  assert.deepEqual(commits.flat(), ["a1"], "what nobody waits for is done at once");
  runAll();
  assert.deepEqual(commits.flat(), ["a1", "a2", "b1", "a3", "b2", "a4"]);
});

Deno.test("Turns does what came within a moment in one transaction, little messages first", () => {
  const { large, light, runAll, commits } = world();
  large({}, "first");
  large({}, "large");
  for (const name of ["one", "two", "three"]) light({}, name);
  large({}, "larger");
  runAll();
  assert.deepEqual(commits, [["first"], ["large"], ["one", "two", "three", "larger"]]);
});

Deno.test("Turns leaves a third of the time to others", () => {
  const { large, runAll, commits, now_ms } = world();
  for (let n = 0; n < 50; n++) large({}, "large");
  runAll();
  assert.equal(commits.length, 50);
  assert.ok(now_ms() >= 50 * 10 + 49 * 5);
});

Deno.test("Turns refuses what an agent sends beyond any honest one, and forgets who left", () => {
  const { large, runAll, commits, turns } = world();
  const flooder = {};
  large({}, "other");
  let taken = 0;
  while (large(flooder, "flood")) taken++;
  assert.equal(taken, 256);
  turns.drop(flooder);
  runAll();
  assert.deepEqual(commits.flat(), ["other"]);
  assert.equal(large(flooder, "again"), true);
});

Deno.test("Turns skips what an agent sent after work that failed, and does the others'", () => {
  const { broken, light, large, runAll, commits, failed } = world();
  const [a, b] = [{}, {}];
  large({}, "first");
  light(a, "a1");
  broken(a);
  light(a, "a2");
  light(b, "b1");
  runAll();
  assert.deepEqual(commits, [["first"], ["a1", "b1"]]);
  assert.deepEqual(failed, ["broken"]);
});

Deno.test("Turns tells every agent of a transaction that was not committed, once, and goes on", () => {
  const all = world();
  const { large, light, runAll, commits, failed } = all;
  const [a, b] = [{}, {}];
  large({}, "first");
  light(a, "a1");
  light(a, "a2");
  light(b, "b1");
  all.fail_commit = true;
  runAll();
  assert.deepEqual(failed, ["no commit", "no commit"]);
  all.fail_commit = false;
  light(b, "b2");
  runAll();
  assert.deepEqual(commits, [["first"], ["b2"]]);
});
