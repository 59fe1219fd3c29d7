import assert from "node:assert/strict";
import { AddScheduleRequest } from "../../server/protocol/schedule_rest.ts";
import { scheduleChanges } from "./schedule_changes.ts";
import { runDay, runOffset, runTime } from "./run_words.ts";
import {
  freshValues,
  inputOf,
  type ScheduleInput,
  type ScheduleValues,
  valueErrors,
  valuesIn,
  valuesOf,
} from "./schedule_values.ts";

const HOST_SET = { paths: ["/srv"], excludes: [], tags: ["daily"] };
const SAVED: ScheduleInput = {
  ...{ name: "Nightly", kind: "backup", cron: "5 4 * * 1-5", timezone: "Europe/Berlin" },
  ...{ jitter_seconds: 100, catch_up: true, enabled: true },
  backup_set: {
    ...{ paths: ["/etc", "/odd "], excludes: ["*.tmp"], tags: ["a", "b"], exclude_caches: true },
    exclude_if_present: [".nobackup"],
  },
  bandwidth: { limit_upload_kib_per_second: 512 },
};

/** The fields as a browser sends them: boxes that are not ticked are not there. */
function asForm(values: ScheduleValues): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(values)) {
    if (name === "weekdays") {
      for (const day of value.split(",").reverse()) form.append(name, day);
    } else if (value !== "") form.set(name, value);
  }
  return form;
}

Deno.test("a saved schedule comes back from its form as it was", () => {
  for (const saved of [SAVED, { ...SAVED, backup_set: null, bandwidth: {}, catch_up: false }]) {
    const values = valuesOf(saved, HOST_SET);
    assert.deepEqual(valueErrors(values), {});
    const read = valuesIn(asForm(values));
    assert.deepEqual(scheduleChanges(values, read), []);
    assert.deepEqual(inputOf(read), saved);
    AddScheduleRequest.parse(inputOf(read));
  }
});

Deno.test("a new schedule begins with the host's default set, daily, and wants a name", () => {
  const values = freshValues("UTC", HOST_SET);
  assert.deepEqual(Object.keys(valueErrors(values)), ["name"]);
  const { backup_set, cron, catch_up } = inputOf({ ...values, name: "Nightly" });
  assert.deepEqual([backup_set, cron, catch_up], [null, "30 2 * * *", true]);
  assert.equal(values["backup_set.paths"], "/srv", "its own set begins as a copy");
});

Deno.test("fields that say nothing are named with what to do", () => {
  const bad: Partial<ScheduleValues> = {
    ...{ name: " ", jitter_minutes: "721", set: "own", "backup_set.paths": " \n" },
    ...{ frequency: "daily", time: "25:00", "bandwidth.limit_upload_kib_per_second": "0" },
  };
  const errors = valueErrors({ ...valuesOf(SAVED, HOST_SET), ...bad });
  assert.deepEqual(Object.keys(errors).sort(), [
    "backup_set.paths",
    "bandwidth.limit_upload_kib_per_second",
    "jitter_minutes",
    "name",
    "time",
  ]);
});

Deno.test("scheduleChanges() says each change in words", () => {
  const saved = valuesOf(SAVED, HOST_SET);
  const typed: ScheduleValues = {
    ...saved,
    ...{ name: "Early", enabled: "", frequency: "daily", time: "03:00", timezone: "UTC" },
    ...{ jitter_minutes: "", catch_up: "", "backup_set.paths": "/etc\n/home" },
    ...{ "backup_set.exclude_caches": "", "bandwidth.limit_upload_kib_per_second": "" },
  };
  assert.deepEqual(scheduleChanges(saved, typed), [
    "name to Early",
    "turned off",
    "runs Mon, Tue, Wed, Thu, Fri at 04:05 → daily at 03:00",
    "time zone to UTC",
    "random delay 1.67 min → none",
    "missed runs are not caught up",
    "path /home added",
    "path /odd  removed",
    "CACHEDIR.TAG folders no longer skipped",
    "upload limit removed",
  ]);
  assert.deepEqual(scheduleChanges(saved, { ...saved, set: "default", "backup_set.paths": "/x" }), [
    "the host's default backup set",
  ]);
});

Deno.test("runs are said on the clock of their zone, over midnight too", () => {
  const run = { at: "2026-11-15T22:55:00Z", offset: "+01:00", local: "2026-11-15T23:55" };
  assert.equal(runDay(run), "Sun 15 Nov");
  assert.equal(runTime(run, 0), "23:55");
  assert.equal(runTime(run, 600), "23:55 to 00:05");
  const offsets = ["+01:00", "+05:30", "-05:00", "+00:00", "+12:45", "-11:00"];
  assert.deepEqual(offsets.map((offset) => runOffset({ ...run, offset })), [
    ...["UTC+1", "UTC+5:30", "UTC−5", "UTC", "UTC+12:45", "UTC−11"],
  ]);
});
