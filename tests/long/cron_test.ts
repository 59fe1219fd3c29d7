import assert from "node:assert/strict";
import { CronSchedule } from "../../server/protocol/cron.ts";
import { clockOf, EXPRESSIONS, runsByMinute, ZONES } from "../../server/protocol/cron_oracle.ts";

const MINUTE_MS = 60_000;

Deno.test("schedules: every run of two years of 20 expressions in 12 zones is as a walk through every minute says", async (t) => {
  const from_ms = Date.UTC(2027, 0, 1);
  const minutes = 2 * 366 * 1440;
  const until_ms = from_ms + minutes * MINUTE_MS;
  for (const zone of ZONES) {
    await t.step(zone, () => {
      const shown = clockOf(zone, from_ms, minutes);
      for (const expression of EXPRESSIONS) {
        const expected = runsByMinute(expression, shown, from_ms);
        const schedule = new CronSchedule(expression, zone);
        let run = 0;
        for (let at = schedule.next(from_ms)!; at < until_ms; at = schedule.next(at)!, run++) {
          if (at === expected[run]) continue;
          const [is, should] = [at, expected[run] ?? NaN].map((ms) => new Date(ms).toString());
          assert.fail(`${expression}: run ${run} is ${is}, expected ${should}`);
        }
        assert.equal(run, expected.length, expression);
      }
    });
  }
});
