import assert from "node:assert/strict";
import fc from "fast-check";
import { CronSchedule } from "../protocol/cron.ts";
import { wordsOf } from "./schedule_words.ts";

Deno.test("wordsOf() says the usual schedules as people do", () => {
  const cases: [string, string][] = [
    ["30 2 * * *", "Every day at 02:30"],
    ["0 2,14 * * *", "Every day at 02:00 and 14:00"],
    ["30 4 * * 0", "Sundays at 04:30"],
    ["30 4 * * SUN", "Sundays at 04:30"],
    ["30 4 * * 7", "Sundays at 04:30"],
    ["0 5 * * 0,1,4", "Mondays, Thursdays and Sundays at 05:00"],
    ["0 22 * * 1-5", "Mondays to Fridays at 22:00"],
    ["0 */6 * * *", "Every 6 h"],
    ["15 */6 * * *", "Every 6 h at :15"],
    ["0 * * * *", "Every hour"],
    ["5 * * * *", "Every hour at :05"],
    ["*/15 * * * *", "Every 15 min"],
    ["0 4 1 * *", "On the 1st of each month at 04:00"],
    ["0 4 1,15,22,23 * *", "On the 1st, 15th, 22nd and 23rd of each month at 04:00"],
    ["0 4 11,12,13 * *", "On the 11th, 12th and 13th of each month at 04:00"],
  ];
  for (const [cron, words] of cases) assert.equal(wordsOf(cron), words, cron);
});

Deno.test("wordsOf() leaves to another what it has no words for, and never invents a rhythm", () => {
  // Steps that do not divide their hour or day are no rhythm.
  assert.doesNotMatch(wordsOf("*/7 * * * *"), /^Every 7 min$/);
  assert.doesNotMatch(wordsOf("0 */5 * * *"), /^Every 5 h$/);
  assert.match(wordsOf("0 4 1 6 *"), /June/);
  assert.match(wordsOf("0 4 13 * 5"), /Friday/);
  assert.match(wordsOf("10-20/10 4 * * *"), /10/);
});

Deno.test("wordsOf() has words for whatever can be scheduled", () => {
  const number = (max: number) => fc.integer({ min: 0, max }).map(String);
  const field = (max: number) =>
    fc.oneof(
      fc.constant("*"),
      number(max),
      fc.tuple(number(max), number(max)).map((n) => n.join()),
    );
  const expression = fc.tuple(field(59), field(23), field(28), field(11), field(7));
  fc.assert(fc.property(expression, (fields) => {
    const cron = fields.join(" ");
    try {
      new CronSchedule(cron, "UTC");
    } catch {
      return; // It cannot be saved either.
    }
    const words = wordsOf(cron);
    assert.ok(words.length > 0 && words.length < 200 && !words.includes("undefined"), words);
  }));
});
