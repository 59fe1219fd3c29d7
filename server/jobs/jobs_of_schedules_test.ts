import assert from "node:assert/strict";
import { iso } from "../clock.ts";
import { mintId } from "../ids.ts";
import type { JobScheduled } from "../protocol/agent_messages.ts";
import { AddScheduleRequest } from "../protocol/schedule_rest.ts";
import {
  ADMIN,
  agentOf,
  type JobsWorld,
  jobsWorld,
  OPERATOR,
  readyHost,
  VIEWER,
} from "./test_world.ts";

const HOUR_MS = 3_600_000;

async function aWorld() {
  const world = await jobsWorld();
  const host = await readyHost(world);
  const times = { name: "Nightly", cron: "30 2 * * *", timezone: "UTC" };
  const schedule = world.schedules.add(OPERATOR, host.id, AddScheduleRequest.parse(times));
  return { world, host, schedule, agent: agentOf(world, host.id) };
}

/** What an agent reports of a run that it starts now. */
function aRun(
  world: JobsWorld,
  schedule_id: string,
  given: Partial<JobScheduled> = {},
): JobScheduled {
  const now_ms = world.clock.now_ms();
  return {
    type: "job.scheduled",
    report: { run_id: mintId(), seq: 1 },
    job_id: mintId(),
    kind: "backup",
    schedule_id,
    schedule_version: 1,
    due_at: iso(now_ms),
    is_catch_up: false,
    scheduled_at: iso(now_ms),
    expires_at: iso(now_ms + 24 * HOUR_MS),
    backup_set: { paths: ["/etc", "/home"], excludes: ["*.tmp"], tags: [] },
    bandwidth: {},
    ...given,
  };
}

Deno.test("a job that a schedule started has its row once, says so, and counts like any backup", async () => {
  const { world, host, schedule, agent } = await aWorld();
  const { jobs, hosts } = world;
  world.clock.advance(3600);
  const run = aRun(world, schedule.id, { is_catch_up: true });
  assert.equal(jobs.scheduled(host.id, run), "applied");
  assert.equal(jobs.scheduled(host.id, run), "applied");
  const job = jobs.get(VIEWER, run.job_id);
  assert.deepEqual([job.status, job.actor_kind, job.actor_name], [
    "dispatched",
    "schedule",
    "Nightly",
  ]);
  assert.deepEqual([job.schedule_id, job.due_at, job.is_catch_up], [schedule.id, run.due_at, true]);
  assert.equal(hosts.get(VIEWER, host.id).current_job_id, job.id);
  agent.started(job.id);
  agent.finished(job.id);
  assert.equal(jobs.get(VIEWER, job.id).status, "succeeded");
  assert.equal(hosts.get(VIEWER, host.id).backup_state, "good");
  assert.equal(jobs.lastOfSchedules(VIEWER, host.id).get(schedule.id)!.id, job.id);
  const mine = { schedule_id: schedule.id, order: "desc", limit: 10, offset: 0 } as const;
  assert.equal(jobs.list(VIEWER, mine).total, 1);
  assert.equal(jobs.list(VIEWER, { ...mine, schedule_id: mintId() }).total, 0);
  world.db.close();
});

Deno.test("a run with another set than the host's own proves nothing of the host", async () => {
  const { world, host, schedule, agent } = await aWorld();
  const own = { paths: ["/etc", "/home"], excludes: ["*.tmp"], tags: [] };
  const less = [
    { ...own, paths: ["/etc"] },
    { ...own, exclude_caches: true },
    { ...own, one_file_system: true },
    { ...own, exclude_if_present: [".nobackup"] },
  ];
  for (const backup_set of less) {
    const run = aRun(world, schedule.id, { backup_set });
    world.clock.advance(60);
    world.jobs.scheduled(host.id, run);
    agent.finished(run.job_id);
    assert.equal(world.jobs.get(VIEWER, run.job_id).status, "succeeded");
    assert.equal(
      world.hosts.get(VIEWER, host.id).backup_state,
      "never",
      JSON.stringify(backup_set),
    );
  }
  world.db.close();
});

Deno.test("jobs and schedules of another host are refused, and change nothing", async () => {
  const { world, host, schedule } = await aWorld();
  const other = await readyHost(world, { name: "web-02" });
  const run = aRun(world, schedule.id);
  assert.equal(world.jobs.scheduled(other.id, run), "foreign");
  assert.equal(world.jobs.exists(run.job_id), false);
  world.jobs.scheduled(host.id, run);
  assert.equal(world.jobs.scheduled(other.id, { ...run, schedule_id: mintId() }), "foreign");
  assert.equal(world.jobs.get(VIEWER, run.job_id).host_id, host.id);
  world.db.close();
});

Deno.test("a run of a schedule that was removed meanwhile is kept and says so", async () => {
  const { world, host, schedule } = await aWorld();
  world.schedules.remove(OPERATOR, schedule.id);
  const run = aRun(world, schedule.id);
  assert.equal(world.jobs.scheduled(host.id, run), "applied");
  assert.equal(world.jobs.get(VIEWER, run.job_id).actor_name, "a removed schedule");
  world.db.close();
});

Deno.test("times of a wrong clock are kept between enrolment and now", async () => {
  const { world, host, schedule } = await aWorld();
  const enrolled_ms = Date.parse(world.hosts.get(VIEWER, host.id).enrolled_at!);
  world.clock.advance(3600);
  const now_ms = world.clock.now_ms();
  const early = "1999-01-01T00:00:00.000Z";
  const late = "2099-01-01T00:00:00.000Z";
  const past = aRun(world, schedule.id, { scheduled_at: early, due_at: early, expires_at: early });
  const future = aRun(world, schedule.id, { scheduled_at: late, due_at: late, expires_at: late });
  world.jobs.scheduled(host.id, past);
  world.jobs.scheduled(host.id, future);
  const [first, second] = [past, future].map((run) => world.jobs.get(VIEWER, run.job_id));
  assert.deepEqual([first!.queued_at, first!.expires_at], [iso(enrolled_ms), iso(enrolled_ms)]);
  assert.deepEqual([second!.queued_at, second!.due_at], [iso(now_ms), iso(now_ms)]);
  assert.equal(second!.expires_at, iso(now_ms + 24 * HOUR_MS));
  world.db.close();
});

Deno.test("the server never lets such a job expire, cancels it by its agent, and calls it lost when that does not know it", async () => {
  const { world, host, schedule } = await aWorld();
  const { jobs, commands, clock } = world;
  const [run, lost] = [aRun(world, schedule.id), aRun(world, schedule.id, { due_at: iso(0) })];
  jobs.scheduled(host.id, run);
  jobs.scheduled(host.id, lost);
  clock.advance(3 * 86_400);
  jobs.expire();
  assert.equal(jobs.get(VIEWER, run.job_id).status, "dispatched");

  host.leave();
  jobs.cancel(OPERATOR, run.job_id);
  assert.equal(jobs.get(VIEWER, run.job_id).status, "dispatched", "its agent ends it");
  const [command] = commands.waiting(host.id, 10);
  assert.deepEqual([command!.type, command!.job_id], ["command.cancel", run.job_id]);

  jobs.reconcile(host.id, [run.job_id]);
  assert.equal(jobs.get(VIEWER, run.job_id).status, "dispatched");
  const { status, error_class } = jobs.get(VIEWER, lost.job_id);
  assert.deepEqual([status, error_class], ["interrupted", "agent_restarted"]);
  world.db.close();
});

Deno.test("a second run of one due time is kept, and told once in the audit log", async () => {
  const { world, host, schedule } = await aWorld();
  const due_at = iso(world.clock.now_ms());
  for (let n = 0; n < 3; n++) world.jobs.scheduled(host.id, aRun(world, schedule.id, { due_at }));
  const query = { schedule_id: schedule.id, order: "desc", limit: 10, offset: 0 } as const;
  assert.equal(world.jobs.list(VIEWER, query).total, 3);
  const { items } = world.audit.list(ADMIN, { action: "schedule.ran_twice", limit: 10 });
  assert.deepEqual(items.map((row) => [row.target_id, row.payload.due_at]), [[
    schedule.id,
    due_at,
  ]]);
  world.db.close();
});

Deno.test("an agent that opens more jobs than it can have schedules is refused", async () => {
  const { world, host, schedule } = await aWorld();
  for (let n = 0; n < 100; n++) {
    const due_at = iso(world.clock.now_ms() - n * 300_000);
    assert.equal(world.jobs.scheduled(host.id, aRun(world, schedule.id, { due_at })), "applied");
  }
  const more = aRun(world, schedule.id, { due_at: iso(0) });
  assert.equal(world.jobs.scheduled(host.id, more), "too_many");
  assert.equal(world.jobs.exists(more.job_id), false);
  world.db.close();
});

Deno.test("Run now of a schedule takes its set and limits, and is the user's job", async () => {
  const { world, schedule } = await aWorld();
  const backup_set = { paths: ["/srv"], excludes: [], tags: [] };
  const bandwidth = { limit_upload_kib_per_second: 100 };
  world.schedules.edit(OPERATOR, schedule.id, { backup_set, bandwidth });
  const job = world.jobs.runSchedule(OPERATOR, schedule.id);
  assert.deepEqual([job.backup_set, job.bandwidth], [backup_set, bandwidth]);
  assert.deepEqual([job.schedule_id, job.actor_kind, job.due_at, job.is_catch_up], [
    ...[schedule.id, "user", null, false],
  ]);
  assert.throws(() => world.jobs.runSchedule(VIEWER, schedule.id), /role operator/);
  assert.throws(() => world.jobs.runSchedule(OPERATOR, mintId()), /no such schedule/);
  world.db.close();
});
