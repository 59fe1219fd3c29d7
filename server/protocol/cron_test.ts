import assert from "node:assert/strict";
import { CronError, CronSchedule, zoneNamed } from "./cron.ts";
import { clockOf, EXPRESSIONS, runsByMinute, ZONES } from "./cron_oracle.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

Deno.test("CronSchedule: 20 expressions in 12 zones agree with a walk through every minute, around each change of the clock in two years", () => {
  const from_ms = Date.UTC(2027, 0, 1);
  for (const zone of ZONES) {
    const shown = clockOf(zone, from_ms, 2 * 366 * 1440);
    const changes = [...shown.keys()].filter((at) => at > 0 && shown[at] !== shown[at - 1]! + 1);
    const windows = [1440, ...changes].map((at) => [at - 1440, at + 1440] as const);
    for (const expression of EXPRESSIONS) {
      const schedule = new CronSchedule(expression, zone);
      for (const [from, until] of windows) {
        const [start_ms, end_ms] = [from_ms + from * MINUTE_MS, from_ms + until * MINUTE_MS];
        const runs: number[] = [];
        for (let at = schedule.next(start_ms)!; at < end_ms; at = schedule.next(at)!) runs.push(at);
        const expected = runsByMinute(expression, shown.subarray(from, until), start_ms);
        assert.deepEqual(runs.map(readable), expected.map(readable), `${expression} in ${zone}`);
      }
    }
  }
});

function readable(at_ms: number): string {
  return new Date(at_ms).toISOString();
}

function faultOf(expression: string, zone = "UTC"): string | undefined {
  try {
    new CronSchedule(expression, zone);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof CronError, String(error));
    return error.fault;
  }
}

Deno.test("CronSchedule refuses what never fires, fires too often, or cannot be read", () => {
  const refused: [string, string | undefined][] = [
    ...["0 0 30 2 *", "0 0 31 4,6,9,11 *"].map((text) => [text, "never_fires"] as const),
    ...["* * * * *", "*/4 * * * *", "0,4 3 * * *", "0,58 * * * *", "59,0 23,0 * * *"].map(
      (text) => [text, "too_frequent"] as const,
    ),
    ...["", "0 0 * *", "0 0 0 * * *", "60 * * * *", "0 24 * * *", "0 0 0 * *", "@daily", "@reboot"]
      .map((text) => [text, "bad_cron"] as const),
    ...["0 0 L * *", "0 0 15W * *", "0 0 * * 5#2", "? ? * * *", "0 0 * * 1;2", "0 0 * 13 *"].map(
      (text) => [text, "bad_cron"] as const,
    ),
    ...["0 ".repeat(3000), "a b c d e", "-1 0 * * *", "5-1 0 * * *", "*/0 * * * *"].map(
      (text) => [text, "bad_cron"] as const,
    ),
  ].map(([text, fault]) => [text!, fault]);
  for (const [text, fault] of refused) assert.equal(faultOf(text), fault, text);
  for (
    const text of ["*/5 * * * *", "0 0 29 2 *", "0 3 * * sun", "0 0 1 JAN-MAR *", " 5 4 * * * "]
  ) {
    assert.equal(faultOf(text), undefined, text);
  }
});

Deno.test("CronSchedule knows zones by their IANA names alone", () => {
  for (const zone of ["Mars/Base", "", "+02:00", "GMT+5", "Europe/Berlin; rm", "local"]) {
    assert.equal(faultOf("0 0 * * *", zone), "bad_timezone", zone);
  }
  assert.equal(zoneNamed("europe/berlin"), "Europe/Berlin");
});

Deno.test("CronSchedule.last() finds the newest run since a moment, also over a year", () => {
  const daily = new CronSchedule("30 1 * * *", "Europe/London");
  const noon = Date.UTC(2027, 5, 10, 12);
  const today = Date.UTC(2027, 5, 10, 0, 30);
  assert.equal(daily.last(noon - DAY_MS, noon), today);
  assert.equal(daily.last(noon - 400 * DAY_MS, noon), today);
  assert.equal(daily.last(today, noon), undefined, "the moment itself is over");
  assert.equal(daily.last(today - 1, today), today);
  const leap = new CronSchedule("0 0 29 2 *", "UTC");
  assert.equal(leap.last(0, noon), Date.UTC(2024, 1, 29));
  assert.equal(leap.last(noon - 300 * DAY_MS, noon), undefined);
});

Deno.test("CronSchedule.upcoming() shows a daily run across the change of the clock", () => {
  const daily = new CronSchedule("30 1 * * *", "Europe/London");
  const runs = daily.upcoming(Date.UTC(2027, 2, 27, 12), 2);
  assert.deepEqual(runs.map((run) => new Date(run).toISOString()), [
    "2027-03-28T01:00:00.000Z",
    "2027-03-29T00:30:00.000Z",
  ]);
});
