import assert from "node:assert/strict";
import fc from "fast-check";
import { CronSchedule } from "../../server/protocol/cron.ts";
import { cronOf, inOrder, STEPS, type When, whenErrors, whenOf, whenWords } from "./when.ts";

const PARTS: [string, Partial<When>, string][] = [
  ["*/15 * * * *", { frequency: "hourly", every: "15m" }, "every 15 min"],
  ["0 */6 * * *", { frequency: "hourly", every: "6h", minute: "0" }, "every 6 h"],
  ["20 * * * *", { frequency: "hourly", every: "1h" }, "every 1 h, at minute 20"],
  ["30 2 * * *", { frequency: "daily", time: "02:30" }, "daily at 02:30"],
  ["5 23 * * 1,4", { frequency: "weekly", time: "23:05", weekdays: "1,4" }, "Mon, Thu at 23:05"],
  [
    "0 4 * * 1-5",
    { frequency: "weekly", weekdays: "1,2,3,4,5" },
    "Mon, Tue, Wed, Thu, Fri at 04:00",
  ],
  ["0 4 31 * *", { frequency: "monthly", day: "31" }, "day 31 of the month at 04:00"],
];

Deno.test("the common cron expressions are fields of the form, and come back as they were", () => {
  for (const [cron, part, words] of PARTS) {
    const when = whenOf(cron);
    assert.deepEqual({ ...when, ...part }, when, cron);
    assert.equal(cronOf(when), cron);
    assert.equal(whenWords(when), words);
    assert.deepEqual(whenErrors(when), {});
  }
});

Deno.test("what the fields cannot say stays a cron expression", () => {
  for (
    const cron of [
      "0 4 * * 1-3",
      "0 4 * * 7",
      "0 4 * * MON",
      "0 4 1 1 *",
      "02 4 * * *",
      "7 */5 * * *",
    ]
      .concat(
        "*/7 * * * *",
        "0 4 1 * 1",
        "61 4 * * *",
        "0 24 * * *",
        "0 4 32 * *",
        "",
        "0 4 * * 1-5,0",
      )
  ) {
    assert.equal(whenOf(cron).frequency, "cron", cron);
    assert.equal(cronOf(whenOf(cron)), cron);
  }
});

Deno.test("whatever the fields say is a cron expression that fires, and reads back the same", () => {
  const number = (max: number, min = 0) => fc.integer({ min, max }).map(String);
  const time = fc.tuple(number(23), number(59)).map((parts) =>
    parts.map((part) => part.padStart(2, "0")).join(":")
  );
  const weekdays = fc.subarray(["0", "1", "2", "3", "4", "5", "6"], { minLength: 1 });
  const when = fc.record({
    frequency: fc.constantFrom<When["frequency"]>("hourly", "daily", "weekly", "monthly"),
    every: fc.constantFrom(...STEPS),
    minute: number(59),
    time,
    weekdays: weekdays.map(inOrder),
    day: number(31, 1),
    cron: fc.constant(""),
  });
  fc.assert(fc.property(when, (fields) => {
    assert.deepEqual(whenErrors(fields), {});
    const cron = cronOf(fields);
    new CronSchedule(cron, "Europe/Berlin");
    const read = whenOf(cron);
    assert.equal(read.frequency, fields.frequency);
    assert.equal(cronOf(read), cron);
  }));
});

Deno.test("a field that says nothing is named with what to do", () => {
  const bad: [Partial<When>, string][] = [
    [{ frequency: "hourly", every: "6h", minute: "60" }, "minute"],
    [{ frequency: "daily", time: "" }, "time"],
    [{ frequency: "weekly", weekdays: "" }, "weekdays"],
    [{ frequency: "monthly", day: "0" }, "day"],
    [{ frequency: "monthly", day: "1.5" }, "day"],
  ];
  for (const [part, field] of bad) {
    assert.deepEqual(Object.keys(whenErrors({ ...whenOf("30 2 * * *"), ...part })), [field]);
  }
});
