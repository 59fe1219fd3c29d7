import assert from "node:assert/strict";
import { ADMIN, enrolledHost, OPERATOR, testWorld, VIEWER } from "../agents/test_world.ts";
import { AppError } from "../errors.ts";
import { mintId } from "../ids.ts";
import type { BackupSet } from "../protocol/entities.ts";
import { SCHEDULES_MAX, SCHEDULES_MAX_CHARS } from "../protocol/limits.ts";
import { AddScheduleRequest } from "../protocol/schedule_rest.ts";
import { ScheduleSet } from "../protocol/server_messages.ts";

function nightly(given: Record<string, unknown> = {}): AddScheduleRequest {
  const times = { name: "Nightly", cron: "30 2 * * *", timezone: "Europe/Berlin" };
  return AddScheduleRequest.parse({ ...times, ...given });
}

function refusal(work: () => unknown): Pick<AppError, "code" | "field"> {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, field: error.field };
    throw error;
  }
  throw new Error("nothing was refused");
}

async function aWorld() {
  const world = await testWorld(); // 12 November 2026, 08:42:05 UTC
  const host = await enrolledHost(world);
  const audited = (target_id: string) =>
    world.audit.list(ADMIN, { target_id, limit: 50 }).items.toReversed()
      .map(({ action, payload }) => ({ action, payload }));
  return { ...world, host, audited };
}

Deno.test("a schedule is added, shown with words and its next run, changed and removed, each audited", async () => {
  const { schedules, hosts, host, clock, audited, db } = await aWorld();
  const added = schedules.add(OPERATOR, host.id, nightly({ jitter_seconds: 900 }));
  assert.equal(added.text, "Every day at 02:30, up to 15 min later");
  assert.equal(added.next_run_at, "2026-11-13T01:30:00.000Z");
  assert.deepEqual([added.changed_by, added.changed_in_version], ["an operator", 1]);
  assert.equal(hosts.get(VIEWER, host.id).schedule_count, 1);

  clock.advance(60);
  const edited = schedules.edit(OPERATOR, added.id, { cron: "0  4 * * 0", name: "Weekly" });
  assert.equal(edited.text, "Sundays at 04:00, up to 15 min later");
  assert.equal(edited.cron, "0 4 * * 0");
  assert.equal(hosts.get(VIEWER, host.id).schedule_version, 2);
  schedules.edit(OPERATOR, added.id, { name: "Weekly" });
  assert.equal(hosts.get(VIEWER, host.id).schedule_version, 2, "nothing changed");

  schedules.remove(OPERATOR, added.id);
  assert.deepEqual(schedules.list(VIEWER, host.id), { items: [], total: 0 });
  assert.equal(hosts.get(VIEWER, host.id).schedule_version, 3);
  const rows = audited(added.id);
  assert.deepEqual(rows.map(({ action }) => action), [
    "schedule.add",
    "schedule.edit",
    "schedule.remove",
  ]);
  assert.deepEqual(rows[1]!.payload, {
    ...{ name: "Weekly", host_id: host.id, host_name: "web-01" },
    before: { name: "Nightly", cron: "30 2 * * *" },
    after: { name: "Weekly", cron: "0 4 * * 0" },
  });
  db.close();
});

Deno.test("what cannot be scheduled is refused with the field that is wrong", async () => {
  const { schedules, host, db } = await aWorld();
  const cases: [Record<string, unknown>, string, string][] = [
    [{ cron: "every day" }, "bad_cron", "cron"],
    [{ cron: "61 2 * * *" }, "bad_cron", "cron"],
    [{ cron: "0 0 30 2 *" }, "never_fires", "cron"],
    [{ cron: "*/2 * * * *" }, "too_frequent", "cron"],
    [{ timezone: "Mars/Olympus" }, "bad_timezone", "timezone"],
    [{ backup_set: { paths: [], excludes: [], tags: [] } }, "invalid_field", "backup_set.paths"],
  ];
  for (const [given, code, field] of cases) {
    const wanted = { code, field };
    assert.deepEqual(refusal(() => schedules.add(OPERATOR, host.id, nightly(given))), wanted);
  }
  const { id } = schedules.add(OPERATOR, host.id, nightly());
  const bad = refusal(() => schedules.edit(OPERATOR, id, { cron: "0 0 31 4 *" }));
  assert.deepEqual(bad, { code: "never_fires", field: "cron" });
  assert.equal(schedules.get(VIEWER, id).cron, "30 2 * * *");
  assert.equal(schedules.version(host.id), 1);
  assert.equal(refusal(() => schedules.get(VIEWER, mintId())).code, "not_found");
  assert.equal(refusal(() => schedules.add(OPERATOR, mintId(), nightly())).code, "not_found");
  db.close();
});

Deno.test("a viewer reads schedules and changes none, nor a pause", async () => {
  const { schedules, host, db } = await aWorld();
  const { id } = schedules.add(OPERATOR, host.id, nightly());
  const until = "2026-11-13T00:00:00Z";
  const changes = [
    () => schedules.add(VIEWER, host.id, nightly()),
    () => schedules.edit(VIEWER, id, { enabled: false }),
    () => schedules.remove(VIEWER, id),
    () => schedules.clone(VIEWER, id, [host.id]),
    () => schedules.pause(VIEWER, host.id, { until, reason: "" }),
    () => schedules.resume(VIEWER, host.id),
  ];
  for (const change of changes) assert.equal(refusal(change).code, "forbidden");
  assert.equal(schedules.list(VIEWER, host.id).total, 1);
  assert.equal(schedules.version(host.id), 1);
  db.close();
});

Deno.test("a schedule is cloned to many hosts or to none", async () => {
  const world = await aWorld();
  const { schedules, host, db } = world;
  const [second, third] = [
    await enrolledHost(world, "web-02"),
    await enrolledHost(world, "web-03"),
  ];
  const set = { paths: ["/srv"], excludes: ["*.log"], tags: ["web"] };
  const { id } = schedules.add(OPERATOR, host.id, nightly({ backup_set: set, catch_up: false }));
  const missing = [second.id, mintId()];
  assert.equal(refusal(() => schedules.clone(OPERATOR, id, missing)).code, "not_found");
  assert.equal(schedules.list(VIEWER, second.id).total, 0);
  const { items } = schedules.clone(OPERATOR, id, [second.id, third.id, second.id]);
  assert.deepEqual(items.map((copy) => copy.host_id), [second.id, third.id]);
  const [copy] = schedules.list(VIEWER, third.id).items;
  assert.deepEqual([copy!.backup_set, copy!.catch_up, copy!.name], [set, false, "Nightly"]);
  assert.deepEqual(world.audited(copy!.id).map(({ action }) => action), ["schedule.clone"]);
  assert.equal(schedules.version(third.id), 1);
  db.close();
});

Deno.test("what an agent is sent has the host's default set filled in, follows its changes, and is a valid message", async () => {
  const { schedules, hosts, host, clock, db } = await aWorld();
  const own: BackupSet = { paths: ["/srv"], excludes: [], tags: [], one_file_system: true };
  const limits = { limit_upload_kib_per_second: 500 };
  schedules.add(OPERATOR, host.id, nightly());
  clock.advance(5);
  schedules.add(OPERATOR, host.id, nightly({ backup_set: own, bandwidth: limits }));
  const set = ScheduleSet.parse(schedules.setFor(host.id));
  assert.equal(set.schedule_version, 2);
  assert.deepEqual(set.schedules.map(({ args }) => args), [
    { backup_set: hosts.get(VIEWER, host.id).backup_set, bandwidth: {} },
    { backup_set: own, bandwidth: limits },
  ]);
  assert.deepEqual(set.schedules.map(({ since }) => since), [
    "2026-11-12T08:42:05.000Z",
    "2026-11-12T08:42:10.000Z",
  ]);
  assert.doesNotMatch(JSON.stringify(set), /password|https?:/);

  const backup_set = { paths: ["/data"], excludes: [], tags: [] };
  hosts.edit(OPERATOR, host.id, { backup_set });
  assert.equal(schedules.version(host.id), 3);
  assert.deepEqual(schedules.setFor(host.id).schedules[0]!.args.backup_set, backup_set);
  hosts.edit(OPERATOR, host.id, { backup_set });
  hosts.edit(ADMIN, host.id, { tags: ["new"] });
  assert.equal(schedules.version(host.id), 3, "nothing of what the agent has changed");
  db.close();
});

Deno.test("runs that were due before a schedule had its times, or was switched on, are not its own", async () => {
  const { schedules, host, clock, db } = await aWorld();
  const { id } = schedules.add(OPERATOR, host.id, nightly());
  const since = () => schedules.setFor(host.id).schedules[0]!.since;
  clock.advance(3600);
  schedules.edit(OPERATOR, id, { name: "Every night", catch_up: false, enabled: false });
  assert.equal(since(), "2026-11-12T08:42:05.000Z");
  schedules.edit(OPERATOR, id, { enabled: true });
  assert.equal(since(), "2026-11-12T09:42:05.000Z");
  clock.advance(3600);
  schedules.edit(OPERATOR, id, { timezone: "america/new_york" });
  assert.equal(since(), "2026-11-12T10:42:05.000Z");
  assert.equal(schedules.get(VIEWER, id).timezone, "America/New_York");
  db.close();
});

Deno.test("a host has at most 50 schedules, and no more text in them than fits into a frame", async () => {
  const { schedules, hosts, host, db } = await aWorld();
  for (let n = 0; n < SCHEDULES_MAX; n++) schedules.add(OPERATOR, host.id, nightly());
  const one_more = refusal(() => schedules.add(OPERATOR, host.id, nightly()));
  assert.equal(one_more.code, "schedules_too_many");
  for (const { id } of schedules.list(VIEWER, host.id).items.slice(3)) {
    schedules.remove(OPERATOR, id);
  }
  const large = { paths: Array(900).fill(`/${"x".repeat(99)}`), excludes: [], tags: [] };
  const [first, second] = schedules.list(VIEWER, host.id).items;
  schedules.edit(OPERATOR, first!.id, { backup_set: large });
  schedules.edit(OPERATOR, second!.id, { backup_set: { ...large, tags: ["second"] } });
  const third = refusal(() => schedules.add(OPERATOR, host.id, nightly({ backup_set: large })));
  assert.deepEqual(third, { code: "schedules_too_large", field: "backup_set" });
  const edited = refusal(() => hosts.edit(OPERATOR, host.id, { backup_set: large }));
  assert.deepEqual(edited, { code: "schedules_too_large", field: "backup_set" });
  assert.ok(JSON.stringify(schedules.setFor(host.id)).length <= SCHEDULES_MAX_CHARS);
  db.close();
});

Deno.test("a pause holds every schedule until its time, says by whom and why, and leaves nothing to make up for", async () => {
  const { schedules, hosts, host, clock, audited, db } = await aWorld();
  const { id } = schedules.add(OPERATOR, host.id, nightly());
  const until = "2026-11-14T00:00:00.000Z";
  const paused = schedules.pause(OPERATOR, host.id, { until, reason: "the disk moves" });
  assert.deepEqual(paused.paused, { until, by: "an operator", reason: "the disk moves" });
  assert.equal(schedules.setFor(host.id).paused_until, until);
  assert.equal(schedules.get(VIEWER, id).next_run_at, "2026-11-14T01:30:00.000Z");
  assert.equal(schedules.nextRuns(VIEWER, schedules.get(VIEWER, id))[0]!.local, "2026-11-14T02:30");
  assert.deepEqual(schedules.upNext(VIEWER, 10), []);
  for (const wrong of ["2026-11-12T08:42:05Z", "2028-01-01T00:00:00Z"]) {
    const request = { until: wrong, reason: "" };
    assert.equal(refusal(() => schedules.pause(OPERATOR, host.id, request)).field, "until");
  }

  clock.advance(86_400);
  assert.equal(schedules.resume(OPERATOR, host.id).paused, null);
  // Not null: what fell into the pause was not missed.
  assert.equal(schedules.setFor(host.id).paused_until, "2026-11-13T08:42:05.000Z");
  assert.equal(schedules.version(host.id), 3);
  schedules.resume(OPERATOR, host.id);
  assert.equal(schedules.version(host.id), 3, "there was nothing to resume");
  assert.equal(schedules.upNext(VIEWER, 10).length, 1);

  schedules.pause(OPERATOR, host.id, { until, reason: "" });
  clock.advance(86_400);
  assert.equal(hosts.get(VIEWER, host.id).paused, null, "it is over by itself");
  const actions = audited(host.id).map(({ action }) => action);
  assert.deepEqual(actions.filter((action) => /pause|resume/.test(action)), [
    "host.pause",
    "host.resume",
    "host.pause",
  ]);
  db.close();
});

Deno.test("what comes next in the fleet is named, without what is switched off or gone", async () => {
  const world = await aWorld();
  const { schedules, hosts, host, db } = world;
  const other = await enrolledHost(world, "web-02");
  const { id } = schedules.add(OPERATOR, host.id, nightly());
  schedules.add(OPERATOR, other.id, nightly({ name: "Noon", cron: "0 12 * * *", timezone: "UTC" }));
  const next = () => schedules.upNext(VIEWER, 10).map((run) => run.schedule_name);
  assert.deepEqual(next(), ["Noon", "Nightly"]);
  assert.deepEqual(schedules.upNext(VIEWER, 1), [{
    ...{ schedule_id: schedules.list(VIEWER, other.id).items[0]!.id, schedule_name: "Noon" },
    ...{ host_id: other.id, host_name: "web-02", at_ms: Date.parse("2026-11-12T12:00:00Z") },
    is_on_host: false,
  }]);
  schedules.edit(OPERATOR, id, { enabled: false });
  assert.deepEqual(next(), ["Noon"]);
  schedules.edit(OPERATOR, id, { enabled: true });
  hosts.remove(ADMIN, other.id);
  assert.deepEqual(next(), ["Nightly"]);
  db.close();
});

Deno.test("a preview has words and five runs, each with its offset over a change of the clock", async () => {
  const { schedules, clock, db } = await aWorld();
  clock.advance((Date.parse("2027-03-26T12:00:00Z") - clock.now_ms()) / 1000);
  const query = { cron: "30 2 * * *", timezone: "Europe/Berlin", jitter_seconds: 0 };
  assert.deepEqual(schedules.preview(VIEWER, query), {
    text: "Every day at 02:30",
    next_runs: [
      { at: "2027-03-27T01:30:00.000Z", offset: "+01:00", local: "2027-03-27T02:30" },
      { at: "2027-03-28T01:00:00.000Z", offset: "+02:00", local: "2027-03-28T03:00" },
      { at: "2027-03-29T00:30:00.000Z", offset: "+02:00", local: "2027-03-29T02:30" },
      { at: "2027-03-30T00:30:00.000Z", offset: "+02:00", local: "2027-03-30T02:30" },
      { at: "2027-03-31T00:30:00.000Z", offset: "+02:00", local: "2027-03-31T02:30" },
    ],
  });
  const bad = refusal(() => schedules.preview(VIEWER, { ...query, cron: "0 0 30 2 *" }));
  assert.deepEqual(bad, { code: "never_fires", field: "cron" });
  db.close();
});
