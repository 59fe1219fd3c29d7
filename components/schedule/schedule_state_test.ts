import assert from "node:assert/strict";
import type { Host } from "../../server/protocol/entities.ts";
import type { ShownSchedule } from "../../server/protocol/schedule_rest.ts";
import { sampleHost } from "../gallery/samples.ts";
import {
  comingRuns,
  driftOf,
  firstMoment,
  placementOf,
  runReason,
  versionWords,
} from "./schedule_state.ts";
import { momentIn, shortMomentIn } from "./zone_times.ts";

const NOW_MS = Date.parse("2026-11-12T09:42:05Z");

function aHost(more: Partial<Host>): Host {
  return sampleHost(1, { schedule_count: 2, schedule_version: 7, ...more });
}

function aSchedule(more: Partial<ShownSchedule>): ShownSchedule {
  return {
    ...{ id: "1", host_id: "1", name: "Nightly", kind: "backup", cron: "0 3 * * *" },
    ...{ timezone: "Europe/Berlin", jitter_seconds: 0, catch_up: true, backup_set: null },
    ...{ bandwidth: {}, enabled: true, changed_by: "an operator", changed_in_version: 7 },
    ...{ created_at: "2026-11-01T00:00:00Z", changed_at: "2026-11-12T00:00:00Z" },
    ...{ text: "Every day at 03:00", next_run_at: null },
    ...more,
  };
}

Deno.test("driftOf() says what the host does not do yet, and why; nothing while all is in force", () => {
  assert.equal(driftOf(aHost({ applied_schedule_version: 7 })), undefined);
  assert.equal(driftOf(aHost({ status: "pending", applied_schedule_version: null })), undefined);
  assert.deepEqual(
    driftOf(aHost({ applied_schedule_version: 5, schedule_refused: "the disk is full." })),
    {
      title: "The host still runs schedules v5, v7 is not applied.",
      text: "The disk is full. The old schedules go on.",
    },
  );
  assert.match(driftOf(aHost({ applied_schedule_version: null }))!.text, /cannot keep schedules/);
  const away = driftOf(aHost({ applied_schedule_version: 0, status: "offline" }));
  assert.match(away!.text, /offline and gets them .* Nothing runs by itself until then/);
});

Deno.test("placementOf() tells a schedule that is new to the host from one that changed", () => {
  const host = aHost({ applied_schedule_version: 5 });
  assert.equal(placementOf(aSchedule({ changed_in_version: 5 }), host), "applied");
  assert.equal(placementOf(aSchedule({}), host), "changed");
  assert.equal(placementOf(aSchedule({ created_at: "2026-11-12T00:00:00Z" }), host), "new");
  assert.deepEqual([versionWords(0, 0), versionWords(7, null), versionWords(7, 5)], [
    ...["none", "none of v7", "v5 of v7"],
  ]);
});

Deno.test("runReason() says why a schedule cannot be started", () => {
  const empty = { paths: [], excludes: [], tags: [] };
  assert.equal(runReason({ backup_set: null }, aHost({})), null);
  assert.match(runReason({ backup_set: null }, aHost({ backup_set: empty }))!, /no paths/);
  assert.equal(
    runReason({ backup_set: { ...empty, paths: ["/etc"] } }, aHost({ backup_set: empty })),
    null,
  );
  assert.match(runReason({ backup_set: null }, aHost({ status: "pending" }))!, /not installed/);
});

Deno.test("comingRuns() orders the runs of all that are on, after the pause", () => {
  const host = aHost({ paused: { until: "2026-11-14T12:00:00Z", by: "an operator", reason: "" } });
  const schedules = [
    aSchedule({ next_run_at: "2026-11-15T02:00:00.000Z" }),
    aSchedule({
      ...{ name: "Noon", cron: "0 12 * * *", timezone: "America/New_York" },
      next_run_at: "2026-11-14T17:00:00.000Z",
    }),
    aSchedule({ name: "Off", enabled: false }),
  ];
  const runs = comingRuns(schedules, { from_ms: firstMoment(host, NOW_MS), count: 3 });
  assert.deepEqual(
    runs.map(({ schedule, at_ms }) => `${schedule.name} ${new Date(at_ms).toISOString()}`),
    [
      "Noon 2026-11-14T17:00:00.000Z",
      "Nightly 2026-11-15T02:00:00.000Z",
      "Noon 2026-11-15T17:00:00.000Z",
    ],
  );
});

Deno.test("moments stand on the clock of the schedule's zone", () => {
  const at_ms = Date.parse("2026-11-13T02:30:00Z");
  assert.equal(momentIn("Europe/Berlin", at_ms, NOW_MS), "Fri 13 Nov, 03:30");
  assert.equal(momentIn("America/New_York", at_ms, NOW_MS), "today 21:30");
  assert.equal(shortMomentIn("America/New_York", at_ms, NOW_MS), "21:30");
  assert.equal(shortMomentIn("Europe/Berlin", at_ms, NOW_MS), "Fri 03:30");
  assert.equal(shortMomentIn("UTC", at_ms + 7 * 86_400_000, NOW_MS), "20 Nov");
});
