import assert from "node:assert/strict";
import fc from "fast-check";
import type { BackupState } from "../protocol/entities.ts";
import { type BackupFacts, backupState, withPause, worstFirst } from "./backup_state.ts";

const NOW_MS = Date.parse("2026-11-12T08:00:00Z");
const HOUR_MS = 3_600_000;

function facts(given: Partial<BackupFacts>): BackupFacts {
  return {
    last_backup_status: null,
    last_backup_at_ms: null,
    last_good_backup_at_ms: null,
    goal_seconds: 26 * 3600,
    ...given,
  };
}

Deno.test("backupState() is never for a host without any backup", () => {
  assert.equal(backupState(facts({}), NOW_MS), "never");
});

Deno.test("backupState() is good until the goal has passed, then stale", () => {
  const good = (hours: number) =>
    backupState(
      facts({
        last_backup_status: "succeeded",
        last_backup_at_ms: NOW_MS - hours * HOUR_MS,
        last_good_backup_at_ms: NOW_MS - hours * HOUR_MS,
      }),
      NOW_MS,
    );
  assert.deepEqual([good(0), good(26), good(26.001)], ["good", "good", "stale"]);
});

Deno.test("backupState() is failed after a failed or interrupted run, however good the one before", () => {
  for (const last_backup_status of ["failed", "interrupted"] as const) {
    const state = backupState(
      facts({
        last_backup_status,
        last_backup_at_ms: NOW_MS - HOUR_MS,
        last_good_backup_at_ms: NOW_MS - 2 * HOUR_MS,
      }),
      NOW_MS,
    );
    assert.equal(state, "failed");
  }
});

Deno.test("backupState() is gaps after a newer warning, though an older run was good", () => {
  const given = facts({
    last_backup_status: "warning",
    last_backup_at_ms: NOW_MS - HOUR_MS,
    last_good_backup_at_ms: NOW_MS - 2 * HOUR_MS,
  });
  assert.equal(backupState(given, NOW_MS), "gaps");
  assert.equal(backupState(given, NOW_MS + 40 * HOUR_MS), "stale");
});

Deno.test("backupState() does not take a backup from the future for a good one", () => {
  const future = NOW_MS + 24 * HOUR_MS;
  const given = facts({
    last_backup_status: "succeeded",
    last_backup_at_ms: future,
    last_good_backup_at_ms: future,
  });
  assert.equal(backupState(given, NOW_MS), "stale");
});

Deno.test("backupState() is good only if the last run succeeded inside the goal", () => {
  const at = fc.option(fc.integer({ min: NOW_MS - 100 * HOUR_MS, max: NOW_MS + HOUR_MS }));
  const status = fc.constantFrom(
    "succeeded",
    "warning",
    "failed",
    "cancelled",
    "interrupted",
    null,
  );
  fc.assert(fc.property(status, at, at, (last_backup_status, last, good) => {
    const given = facts({
      last_backup_status,
      last_backup_at_ms: last,
      last_good_backup_at_ms: good,
    });
    if (backupState(given, NOW_MS) !== "good") return;
    assert.equal(last_backup_status, "succeeded");
    assert.ok(good !== null && NOW_MS - good <= given.goal_seconds * 1000);
  }));
});

Deno.test("worstFirst() orders failed, never, stale, gaps, good, paused, then by name", () => {
  const states = ["good", "paused", "stale", "failed", "gaps", "never"] as const;
  const hosts = [
    ...states.map((backup_state) => ({ backup_state, name: "m" })),
    { backup_state: "failed" as const, name: "B" },
    { backup_state: "failed" as const, name: "a" },
  ];
  assert.deepEqual(
    worstFirst(hosts).map((host) => `${host.backup_state} ${host.name}`),
    ["failed a", "failed B", "failed m", "never m", "stale m", "gaps m", "good m", "paused m"],
  );
});

Deno.test("withPause() hides neither a failure nor a host that was never backed up, and ends by itself", () => {
  const at = (state: BackupState, until_ms: number | null) => withPause(state, until_ms, NOW_MS);
  const states: BackupState[] = ["failed", "never", "stale", "gaps", "good"];
  assert.deepEqual(states.map((state) => at(state, NOW_MS + 1)), [
    ...["failed", "never", "paused", "paused", "paused"],
  ]);
  for (const until_ms of [null, NOW_MS, NOW_MS - 1]) {
    assert.deepEqual(states.map((state) => at(state, until_ms)), states);
  }
});
