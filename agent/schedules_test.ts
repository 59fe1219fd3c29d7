import assert from "node:assert/strict";
import type { AgentSchedule, ScheduleSet } from "../server/protocol/server_messages.ts";
import { createAgentLog } from "./log.ts";
import { Schedules } from "./schedules.ts";
import { AgentState } from "./state.ts";
import { FakeTiming, iso } from "./timing.ts";

const HOST = "0193a3c2-0000-7000-8000-000000000001";
const ID = "0193a3c2-0000-7000-8000-0000000000aa";
const HOUR = 3600;
const DAY = 24 * HOUR;

/** Thursday 12 November 2026, 08:42:05 UTC, and a disk that outlives the agent. */
async function aMachine(host_id = HOST) {
  const timing = new FakeTiming();
  const state = new AgentState(":memory:", "a test");
  const lines: string[] = [];
  const log = createAgentLog("text", (line) => lines.push(line));
  const start = () => Schedules.open({ host_id, state, timing, log });
  return { timing, state, lines, start, schedules: await start() };
}

function daily(over: Partial<AgentSchedule> = {}): AgentSchedule {
  return {
    id: ID,
    kind: "backup",
    cron: "30 2 * * *",
    timezone: "UTC",
    jitter_seconds: 0,
    catch_up: true,
    enabled: true,
    since: "2026-11-12T08:00:00.000Z",
    args: { backup_set: { paths: ["/data"], excludes: [], tags: [] }, bandwidth: {} },
    ...over,
  };
}

function setOf(schedules: AgentSchedule[], over: Partial<ScheduleSet> = {}): ScheduleSet {
  return { type: "schedule.set", schedule_version: 1, schedules, paused_until: null, ...over };
}

/** What is due, taken as the scheduler takes it. */
function take(schedules: Schedules): { due: string; is_catch_up: boolean }[] {
  return schedules.due().map((run) => {
    schedules.handle(run);
    return { due: iso(run.due_ms), is_catch_up: run.is_catch_up };
  });
}

Deno.test("a daily schedule fires at its time, once, and not for the days before it existed", async () => {
  const { timing, schedules } = await aMachine();
  assert.deepEqual(await schedules.apply(setOf([daily()]), 1), {
    schedule_version: 1,
    refused: null,
  });
  assert.deepEqual(take(schedules), []);
  assert.equal(iso(schedules.nextStart()!), "2026-11-13T02:30:00.000Z");
  timing.advance((schedules.nextStart()! - timing.now_ms()) / 1000);
  assert.deepEqual(take(schedules), [{ due: "2026-11-13T02:30:00.000Z", is_catch_up: false }]);
  assert.deepEqual(take(schedules), []);
  assert.equal(iso(schedules.nextStart()!), "2026-11-14T02:30:00.000Z");
});

Deno.test("after a month off there is one run to make up for, and none where that is not wanted", async () => {
  const { timing, start, lines, schedules } = await aMachine();
  const other = { id: HOST, cron: "0 */2 * * *", catch_up: false };
  await schedules.apply(setOf([daily(), daily(other)]), 1);
  timing.advance(30 * DAY);
  const after = await start();
  assert.deepEqual(take(after), [{ due: "2026-12-12T02:30:00.000Z", is_catch_up: true }]);
  assert.deepEqual(take(after), []);
  assert.ok(lines.some((line) => line.includes("wants no catch-up")), lines.join("\n"));
  timing.advance(DAY);
  assert.deepEqual(take(after).map((run) => run.due), ["2026-12-13T02:30:00.000Z"]);
});

Deno.test("a run that was marked before the agent was killed does not run again", async () => {
  const { timing, start, schedules } = await aMachine();
  await schedules.apply(setOf([daily()]), 1);
  timing.advance(18 * HOUR);
  const [run] = schedules.due();
  schedules.handle(run!);
  assert.deepEqual(take(await start()), []);
});

Deno.test("a job that the disk did not take is due again", async () => {
  const { timing, schedules } = await aMachine();
  await schedules.apply(setOf([daily()]), 1);
  timing.advance(18 * HOUR);
  const [run] = schedules.due();
  assert.throws(() =>
    schedules.handle(run!, () => {
      throw new Error("disk full");
    })
  );
  assert.equal(take(schedules).length, 1);
});

Deno.test("a paused host fires nothing, and makes up for nothing afterwards", async () => {
  const { timing, start, schedules } = await aMachine();
  const paused_until = "2026-11-16T00:00:00.000Z";
  await schedules.apply(setOf([daily()], { paused_until }), 1);
  for (let day = 0; day < 3; day++) {
    timing.advance(DAY);
    assert.deepEqual(take(await start()), []);
  }
  assert.equal(iso(schedules.nextStart()!), "2026-11-16T02:30:00.000Z");
  timing.advance(DAY);
  assert.deepEqual(take(schedules), [{ due: "2026-11-16T02:30:00.000Z", is_catch_up: true }]);
});

Deno.test("a disabled schedule fires nothing", async () => {
  const { timing, schedules } = await aMachine();
  await schedules.apply(setOf([daily({ enabled: false })]), 1);
  timing.advance(3 * DAY);
  assert.deepEqual(take(schedules), []);
  assert.equal(schedules.nextStart(), undefined);
});

Deno.test("a set that cannot be used is refused with the reason, and the old one goes on", async () => {
  const { timing, schedules } = await aMachine();
  await schedules.apply(setOf([daily()]), 1);
  const bad = setOf([daily({ cron: "61 * * * *" })], { schedule_version: 2 });
  const fate = await schedules.apply(bad, 1);
  assert.equal(fate?.schedule_version, 1);
  assert.match(fate?.refused ?? "", /61 \* \* \* \* in UTC/);
  const unknown = daily({ kind: "dance" as "backup" });
  const refused = await schedules.apply(setOf([unknown], { schedule_version: 3 }), 1);
  assert.match(refused?.refused ?? "", /cannot run dance jobs: update the agent/);
  timing.advance(18 * HOUR);
  assert.equal(take(schedules).length, 1);
});

Deno.test("an older set changes nothing, unless the server was put back to a copy", async () => {
  const { schedules, start } = await aMachine();
  await schedules.apply(setOf([daily()], { schedule_version: 7 }), 1);
  assert.equal(await schedules.apply(setOf([], { schedule_version: 6 }), 1), undefined);
  assert.equal((await start()).version, 7);
  await schedules.apply(setOf([], { schedule_version: 6 }), 2);
  assert.equal((await start()).version, 6);
  assert.equal(await schedules.apply(setOf([daily()], { schedule_version: 9 }), 1), undefined);
});

Deno.test("a schedule keeps its past through an edit of what it does, and begins anew with other times", async () => {
  const { timing, schedules } = await aMachine();
  await schedules.apply(setOf([daily()]), 1);
  timing.advance(2 * DAY); // Two runs were missed.
  const args = { backup_set: { paths: ["/other"], excludes: [], tags: [] }, bandwidth: {} };
  await schedules.apply(setOf([daily({ args })], { schedule_version: 2 }), 1);
  assert.equal(take(schedules).length, 1);
  timing.advance(2 * DAY);
  const since = iso(timing.now_ms());
  const moved = daily({ cron: "0 4 * * *", since });
  await schedules.apply(setOf([moved], { schedule_version: 3 }), 1);
  assert.deepEqual(take(schedules), []);
});

Deno.test("a clock that was years ahead does not silence a schedule when it is set right", async () => {
  const { timing, schedules, lines } = await aMachine();
  await schedules.apply(setOf([daily()]), 1);
  timing.advance(900 * DAY);
  assert.equal(take(schedules).length, 1);
  timing.advance(-900 * DAY);
  assert.deepEqual(take(schedules), []);
  timing.advance(DAY);
  assert.deepEqual(take(schedules).length, 1);
  assert.ok(lines.some((line) => line.includes("clock was set back")));
});

Deno.test("the random delay is the same on every start and differs between hosts", async () => {
  const schedule = daily({ jitter_seconds: 600 });
  const starts = new Set<number>();
  for (let n = 10; n < 30; n++) {
    const machine = await aMachine(HOST.replace(/01$/, String(n)));
    await machine.schedules.apply(setOf([schedule]), 1);
    const start = machine.schedules.nextStart()!;
    assert.equal((await machine.start()).nextStart(), start);
    const delay_seconds = (start - Date.parse("2026-11-13T02:30:00Z")) / 1000;
    assert.ok(delay_seconds >= 0 && delay_seconds <= 600, String(delay_seconds));
    machine.timing.advance((start - machine.timing.now_ms()) / 1000 - 1);
    assert.deepEqual(take(machine.schedules), []);
    machine.timing.advance(1);
    assert.deepEqual(take(machine.schedules).map((run) => run.due), ["2026-11-13T02:30:00.000Z"]);
    starts.add(start);
  }
  assert.ok(starts.size > 15, `${starts.size} of 20 hosts begin at another second`);
});

Deno.test("thirty days of an agent that starts anew at odd moments: every run once, in order", async () => {
  const { timing, start } = await aMachine();
  let schedules = await start();
  const since = iso(timing.now_ms());
  const half_hourly_zoned = { cron: "*/30 * * * *", timezone: "Europe/London", since };
  const set = [daily(), daily({ id: HOST, ...half_hourly_zoned })];
  await schedules.apply(setOf(set), 1);
  const runs = new Map<string, string[]>(set.map(({ id }) => [id, []]));
  for (let minute = 0; minute < 30 * 24 * 60; minute++) {
    timing.advance(60);
    if (minute % 37 === 0) schedules = await start();
    for (const run of schedules.due()) {
      schedules.handle(run);
      assert.equal(run.is_catch_up, false);
      runs.get(run.schedule.id)!.push(iso(run.due_ms));
    }
  }
  const [nightly, half_hourly] = [...runs.values()];
  assert.equal(nightly!.length, 30);
  assert.equal(half_hourly!.length, 30 * 48);
  for (const due of runs.values()) assert.deepEqual(due, [...new Set(due)].sort());
});
