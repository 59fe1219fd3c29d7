import assert from "node:assert/strict";
import type { ScheduleFacts } from "./host_schedules_store.ts";
import { type AgentFacts, compareVersions, livenessOf } from "./liveness.ts";

const NOW_MS = Date.parse("2026-11-12T08:00:00Z");

function schedules(given: Partial<ScheduleFacts> = {}): ScheduleFacts {
  return {
    schedule_count: 1,
    schedule_version: 3,
    applied_schedule_version: 3,
    schedules_changed_at_ms: NOW_MS - 31_000,
    schedule_refused: null,
    paused_until_ms: null,
    connected_at_ms: NOW_MS - 31_000,
    ...given,
  };
}

function agent(given: Partial<AgentFacts & { schedules: ScheduleFacts }> = {}) {
  return {
    schedules: schedules(),
    enrolled_at_ms: NOW_MS - 1_000_000,
    connected: true,
    last_seen_at_ms: NOW_MS,
    agent_version: "0.1.0",
    restic_version: "0.19.1",
    restic_error: null,
    clock_skew_ms: 0,
    config_version: 2,
    problems: [],
    applied_config_version: 2,
    ...given,
  };
}

Deno.test("livenessOf() is pending before enrolment and online for a healthy agent", () => {
  assert.equal(livenessOf(agent({ enrolled_at_ms: null }), NOW_MS).status, "pending");
  assert.deepEqual(livenessOf(agent(), NOW_MS), { status: "online", degraded_reasons: [] });
});

Deno.test("livenessOf() is offline only when disconnected and unheard for more than 90 s", () => {
  const gone = (seconds: number) =>
    livenessOf(agent({ connected: false, last_seen_at_ms: NOW_MS - seconds * 1000 }), NOW_MS)
      .status;
  assert.deepEqual([gone(0), gone(90), gone(91)], ["online", "online", "offline"]);
});

Deno.test("livenessOf() is degraded with one reason for each thing that is wrong", () => {
  const cases: [Partial<AgentFacts>, RegExp][] = [
    [{ restic_version: null }, /restic was not found/],
    [{ restic_version: null, restic_error: "restic cannot be run" }, /cannot be run/],
    [{ restic_version: "0.16.5" }, /0\.16\.5 is older than 0\.17\.1/],
    [{ clock_skew_ms: 61_000 }, /clock is 61 s ahead of the server/],
    [{ clock_skew_ms: -3_600_000 }, /clock is 60 min behind the server/],
    [{ agent_version: "0.0.9" }, /agent 0\.0\.9 is older/],
    [{ applied_config_version: 1 }, /not applied/],
  ];
  for (const [given, reason] of cases) {
    const { status, degraded_reasons } = livenessOf(agent(given), NOW_MS);
    assert.equal(status, "degraded");
    assert.equal(degraded_reasons.length, 1);
    assert.match(degraded_reasons[0]!, reason);
  }
});

Deno.test("livenessOf() is offline when the last word came from a future that the clock left", () => {
  const given = agent({ connected: false, last_seen_at_ms: NOW_MS + 3_600_000 });
  assert.equal(livenessOf(given, NOW_MS).status, "offline");
});

Deno.test("livenessOf() bears a clock that is off by a minute and a restic at the floor", () => {
  const given = agent({ clock_skew_ms: -60_000, restic_version: "0.17.1" });
  assert.equal(livenessOf(given, NOW_MS).status, "online");
});

Deno.test("compareVersions() compares numbers, not text", () => {
  assert.ok(compareVersions("0.9.0", "0.17.1") < 0);
  assert.equal(compareVersions("0.17.1", "0.17.1"), 0);
  assert.ok(compareVersions("0.19.1-dev (compiled manually)", "0.17.1") > 0);
  assert.ok(compareVersions("rubbish", "0.17.1") < 0);
});

Deno.test("livenessOf() tells of schedules that are not applied, when they had time for it", () => {
  const reasons = (given: Partial<ScheduleFacts>) =>
    livenessOf(agent({ schedules: schedules(given) }), NOW_MS).degraded_reasons;
  assert.deepEqual(reasons({ applied_schedule_version: 2 }), [
    "The host still runs schedules v2, v3 is not applied yet",
  ]);
  const refused = { applied_schedule_version: 2, schedule_refused: "update the agent" };
  assert.deepEqual(reasons({ ...refused, schedules_changed_at_ms: NOW_MS }), [
    "The host still runs schedules v2, v3 is not applied: update the agent",
  ]);
  const just_now = NOW_MS - 30_000;
  assert.deepEqual(reasons({ applied_schedule_version: 2, schedules_changed_at_ms: just_now }), []);
  assert.deepEqual(reasons({ applied_schedule_version: 2, connected_at_ms: just_now }), []);
});

Deno.test("livenessOf() tells of an agent that keeps no schedules only where there are some", () => {
  const reasons = (given: Partial<ScheduleFacts>) =>
    livenessOf(
      agent({ schedules: schedules({ applied_schedule_version: null, ...given }) }),
      NOW_MS,
    ).degraded_reasons;
  assert.deepEqual(reasons({}), [
    "The agent cannot keep schedules: run the installer on the host again",
  ]);
  assert.deepEqual(reasons({ schedule_count: 0 }), []);
  const gone = { connected: false, last_seen_at_ms: NOW_MS - 91_000 };
  const away = agent({ ...gone, schedules: schedules({ applied_schedule_version: 2 }) });
  assert.deepEqual(livenessOf(away, NOW_MS), { status: "offline", degraded_reasons: [] });
});
