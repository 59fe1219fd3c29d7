import assert from "node:assert/strict";
import { ADMIN } from "../agents/test_world.ts";
import { iso } from "../clock.ts";
import { agentOf, type JobsWorld, jobsWorld, readyHost, startBackup } from "./test_world.ts";

const HOUR_MS = 3_600_000;
const DAY_SECONDS = 86_400;

/** Runs a backup of a minute on an agent whose clock is off, as its hello said. */
function backUpWithClockOff(world: JobsWorld, host_id: string, off_ms: number) {
  world.hosts.recordClock(host_id, off_ms);
  const agent = agentOf(world, host_id);
  const job = startBackup(world, host_id);
  const started_at = iso(world.clock.now_ms() + off_ms);
  world.clock.advance(60);
  const finished_at = iso(world.clock.now_ms() + off_ms);
  // All of it comes after an absence, so that only the agent knows when it was.
  world.clock.advance(600);
  agent.finished(job.id, { started_at, finished_at });
  return world.jobs.get(ADMIN, job.id);
}

Deno.test("an agent's clock off by hours moves no job, makes none good for longer, and is shown", async () => {
  for (const hours of [-3, 3, -100, 100]) {
    const world = await jobsWorld();
    const host = await readyHost(world);
    const began = iso(world.clock.now_ms());
    const job = backUpWithClockOff(world, host.id, hours * HOUR_MS);
    assert.deepEqual([job.status, job.started_at], ["succeeded", began], `${hours} h`);
    assert.equal(Date.parse(job.finished_at!) - Date.parse(job.started_at!), 60_000);
    const after = world.hosts.get(ADMIN, host.id);
    assert.equal(after.last_good_backup_at, job.finished_at);
    assert.match(after.degraded_reasons.join(), /clock is .* the server's/);
    world.clock.advance(after.goal_seconds);
    assert.equal(world.hosts.get(ADMIN, host.id).backup_state, "stale");
    world.db.close();
  }
});

Deno.test("an agent that lies about its clock changes nothing beyond what the server saw", async () => {
  const world = await jobsWorld();
  const host = await readyHost(world);
  const job = startBackup(world, host.id);
  const queued_ms = world.clock.now_ms();
  world.clock.advance(60);
  agentOf(world, host.id).finished(job.id, {
    started_at: "1970-01-01T00:00:00.000Z",
    finished_at: "9999-12-31T23:59:59.999Z",
  });
  const ended = world.jobs.get(ADMIN, job.id);
  assert.equal(Date.parse(ended.started_at!), queued_ms);
  assert.equal(Date.parse(ended.finished_at!), world.clock.now_ms());
  world.db.close();
});

Deno.test("the server's clock jumps three days ahead during a job: overdue until it ends, then good", async () => {
  const world = await jobsWorld();
  const host = await readyHost(world);
  const agent = agentOf(world, host.id);
  const state = () => world.hosts.get(ADMIN, host.id).backup_state;
  const first = startBackup(world, host.id);
  agent.finished(first.id);
  const job = startBackup(world, host.id);
  agent.started(job.id);
  const waiting = startBackup(world, host.id);
  world.clock.advance(3 * DAY_SECONDS);
  assert.equal(state(), "stale", "nothing says that the clock is wrong and not the backups old");
  world.jobs.expire();
  assert.equal(world.jobs.get(ADMIN, job.id).status, "running", "a running job never expires");
  assert.equal(world.jobs.get(ADMIN, waiting.id).error_class, "expired");
  agent.finished(job.id);
  assert.equal(state(), "good");
  world.db.close();
});

Deno.test("the server's clock jumps three days back during a job: nothing is good or over in the future", async () => {
  const world = await jobsWorld();
  const host = await readyHost(world);
  const agent = agentOf(world, host.id);
  const shown = () => world.hosts.get(ADMIN, host.id);
  const first = startBackup(world, host.id);
  agent.finished(first.id);
  const job = startBackup(world, host.id);
  agent.started(job.id);
  world.clock.advance(-3 * DAY_SECONDS);
  assert.equal(shown().backup_state, "stale", "a backup of the day after tomorrow proves nothing");
  agent.finished(job.id);
  const ended = world.jobs.get(ADMIN, job.id);
  assert.equal(Date.parse(ended.finished_at!), world.clock.now_ms());
  assert.equal(shown().backup_state, "good");
  assert.equal(Date.parse(shown().last_good_backup_at!), world.clock.now_ms());
  const today = world.clock.dayOf(world.clock.now_ms());
  const days = world.jobs.days([host.id], today);
  assert.deepEqual(days.map(({ day, succeeded }) => [day, succeeded])[0], [today, 1]);
  const next = startBackup(world, host.id);
  assert.equal(next.status, "dispatched", "the queue goes on");
  world.db.close();
});
