import assert from "node:assert/strict";
import type { HostDay } from "../jobs/jobs.ts";
import { stripDays, stripOf } from "./strip.ts";

const aDay = (of: Partial<HostDay>): HostDay => ({
  ...{ host_id: "h", day: "2026-11-12", succeeded: 0, warning: 0, failed: 0 },
  ...{ last_status: "succeeded" as const, ...of },
});

function codeFor(day: HostDay): string {
  const days = stripDays("2026-11-12");
  return stripOf(days, new Map([[day.day, day]]), false).at(-1)!;
}

Deno.test("stripDays() names 30 days up to today, across months and changes of the clock", () => {
  const days = stripDays("2026-03-31");
  assert.equal(days.length, 30);
  assert.equal(days[0], "2026-03-02");
  assert.equal(days.at(-1), "2026-03-31");
  assert.equal(new Set(days).size, 30);
});

Deno.test("stripOf() shows the worst of a day, but a later success turns a failed day into gaps", () => {
  assert.equal(codeFor(aDay({ succeeded: 2 })), "o");
  assert.equal(codeFor(aDay({ succeeded: 2, warning: 1 })), "w");
  assert.equal(codeFor(aDay({ succeeded: 1, failed: 1, last_status: "failed" })), "f");
  assert.equal(codeFor(aDay({ failed: 1, last_status: "interrupted" })), "f");
  assert.equal(codeFor(aDay({ succeeded: 1, failed: 1 })), "w");
});

Deno.test("stripOf() shows a running backup as today only while none has ended today", () => {
  const days = stripDays("2026-11-12");
  assert.equal(stripOf(days, new Map(), true), "n".repeat(29) + "r");
  const ended = new Map([["2026-11-12", aDay({ failed: 1, last_status: "failed" })]]);
  assert.equal(stripOf(days, ended, true), "n".repeat(29) + "f");
});
