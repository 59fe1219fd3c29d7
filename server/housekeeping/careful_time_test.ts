import assert from "node:assert/strict";
import { FakeClock } from "../clock.ts";
import { openDatabase } from "../db/open.ts";
import { silentLog } from "../log.ts";
import { CarefulTime } from "./careful_time.ts";

const HOUR_SECONDS = 3600;
const YEAR_SECONDS = 365 * 24 * HOUR_SECONDS;

function world() {
  const clock = new FakeClock();
  const db = openDatabase(":memory:", { clock, log: silentLog });
  let elapsed_ms = 5000;
  const start = () => new CarefulTime({ db, clock, elapsed_ms: () => elapsed_ms });
  /** So much time passes in truth. */
  const pass = (seconds: number) => {
    clock.advance(seconds);
    elapsed_ms += seconds * 1000;
  };
  return { db, clock, start, pass, time: start() };
}

Deno.test("CarefulTime follows the clock, also over a night's stop and when it is set back", () => {
  const { db, clock, start, pass, time } = world();
  for (let n = 0; n < 10; n++) {
    assert.equal(time.now_ms(), clock.now_ms());
    pass(6 * HOUR_SECONDS);
  }
  clock.advance(-YEAR_SECONDS);
  assert.equal(time.now_ms(), clock.now_ms());
  clock.advance(10 * HOUR_SECONDS);
  assert.equal(start().now_ms(), clock.now_ms());
  db.close();
});

Deno.test("CarefulTime follows a clock that jumped ahead after a day, and not at all when it is set right", () => {
  for (const restarted of [false, true]) {
    const { db, clock, start, pass, time: first } = world();
    const right_ms = first.now_ms();
    clock.advance(YEAR_SECONDS);
    const time = restarted ? start() : first;
    assert.equal(time.now_ms(), right_ms);
    pass(23 * HOUR_SECONDS);
    assert.equal(time.now_ms(), right_ms + 23 * HOUR_SECONDS * 1000);
    clock.advance(-YEAR_SECONDS);
    assert.equal(time.now_ms(), clock.now_ms());
    clock.advance(YEAR_SECONDS);
    for (let n = 0; n < 23; n++) {
      assert.ok(time.now_ms() < clock.now_ms() - YEAR_SECONDS * 900, "doubted anew");
      pass(HOUR_SECONDS);
    }
    pass(HOUR_SECONDS);
    assert.equal(time.now_ms(), clock.now_ms());
    db.close();
  }
});
