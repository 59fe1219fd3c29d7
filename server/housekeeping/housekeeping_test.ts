import assert from "node:assert/strict";
import { FakeClock } from "../clock.ts";
import { openDatabase } from "../db/open.ts";
import { type Log, silentLog } from "../log.ts";
import { Housekeeping } from "./housekeeping.ts";

function world() {
  const db = openDatabase(":memory:", { clock: new FakeClock(), log: silentLog });
  const errors: string[] = [];
  const log: Log = { ...silentLog, error: (message) => void errors.push(message) };
  return { db, log, errors };
}

Deno.test("Housekeeping pauses after each step and does one chore after the other", async () => {
  const { db, log } = world();
  const done: string[] = [];
  function* chore(name: string, steps: number): Generator<void> {
    for (let n = 1; n <= steps; n++) {
      done.push(`${name} ${n}`);
      yield;
    }
  }
  const pause = () => Promise.resolve(void done.push("pause"));
  const chores = {
    one: () => chore("one", 2),
    none: () => chore("none", 0),
    two: () => chore("two", 1),
  };
  const housekeeping = new Housekeeping({ ...{ db, log, time: new FakeClock() }, chores, pause });
  await Promise.all([housekeeping.run(), housekeeping.run()]);
  assert.deepEqual(done, ["one 1", "pause", "one 2", "pause", "two 1", "pause"]);
  db.close();
});

Deno.test("Housekeeping goes on with the others when one chore fails, and ends with the database", async () => {
  const { db, log, errors } = world();
  const done: string[] = [];
  const chores = {
    bad(): never {
      throw new Error("the disk is full");
    },
    *good(): Generator<void> {
      for (;;) {
        done.push("step");
        if (done.length === 3) db.close();
        yield;
      }
    },
    *never(): Generator<void> {
      yield void done.push("never");
    },
  };
  const pause = () => Promise.resolve();
  await new Housekeeping({ ...{ db, log, time: new FakeClock() }, chores, pause }).run();
  assert.deepEqual(errors, ["housekeeping failed"]);
  assert.deepEqual(done, ["step", "step", "step"]);
});
