import assert from "node:assert/strict";
import type { LogLine } from "../protocol/entities.ts";
import { JOB_LOG_QUOTA_BYTES, LOG_LINE_MAX_CHARS } from "../protocol/limits.ts";
import { JOB_RETENTION } from "./job_retention.ts";
import { Jobs } from "./jobs.ts";
import {
  ADMIN,
  agentOf,
  type JobsWorld,
  jobsWorld,
  linesFrom,
  readyHost,
  startBackup,
} from "./test_world.ts";

const DAY_SECONDS = 86_400;

function keepHouse({ clock }: JobsWorld, jobs: Jobs): number {
  let steps = 0;
  for (const _ of jobs.keepHouse(clock.now_ms())) steps++;
  return steps;
}

function storedLines(world: JobsWorld): number {
  return Number(world.db.prepare("SELECT count(*) AS n FROM job_logs").get()!["n"]);
}

/** A backup that ran and ended now, with so many lines. */
function backup(world: JobsWorld, host_id: string, lines: number, status = "succeeded" as const) {
  const agent = agentOf(world, host_id);
  const { id } = startBackup(world, host_id);
  agent.started(id);
  for (let n = 0; n < lines; n += 500) agent.log(id, linesFrom(n + 1, Math.min(lines, n + 500)));
  agent.finished(id, { status });
  return id;
}

const DEFAULT = { order: "desc", limit: 100, offset: 0 } as const;
const idsOf = (world: JobsWorld) =>
  world.jobs.list(ADMIN, DEFAULT).items.map((job) => job.id).reverse();

Deno.test("the log of a job that ended 90 days ago goes, and the job says when", async () => {
  const world = await jobsWorld();
  const { id: host_id } = await readyHost(world);
  const old = backup(world, host_id, 1200);
  const running = startBackup(world, host_id).id;
  agentOf(world, host_id).started(running);
  agentOf(world, host_id).log(running, linesFrom(1, 3));
  world.clock.advance(90 * DAY_SECONDS - 1);
  keepHouse(world, world.jobs);
  assert.equal(world.jobs.logs(ADMIN, old, 0, 5000).lines.length, 1200);
  world.clock.advance(1);
  assert.ok(keepHouse(world, world.jobs) > 2);
  const job = world.jobs.get(ADMIN, old);
  assert.equal(job.log_removed_at, new Date(world.clock.now_ms()).toISOString());
  assert.equal(job.log_lines, 1200);
  assert.deepEqual(world.jobs.logs(ADMIN, old, 0, 5000).lines, []);
  assert.equal(world.jobs.get(ADMIN, running).log_removed_at, null);
  assert.equal(storedLines(world), 3);
  world.db.close();
});

Deno.test("a removed log is gone at once, and a stop half-way leaves nothing behind", async () => {
  const world = await jobsWorld();
  const { id: host_id } = await readyHost(world);
  const old = backup(world, host_id, 2500);
  world.clock.advance(91 * DAY_SECONDS);
  const steps = world.jobs.keepHouse(world.clock.now_ms());
  steps.next();
  assert.equal(storedLines(world), 2500);
  assert.deepEqual(world.jobs.logs(ADMIN, old, 0, 5000).lines, []);
  assert.equal(agentOf(world, host_id).log(old, linesFrom(2501, 2502)), true);
  assert.deepEqual(world.jobs.logs(ADMIN, old, 0, 5000).lines, []);
  keepHouse(world, new Jobs(world)); // As after the next start.
  assert.equal(storedLines(world), 0);
  world.db.close();
});

Deno.test("logs beyond their total size go, those of the jobs that ended first before others", async () => {
  const world = await jobsWorld();
  const { id: host_id } = await readyHost(world);
  const ids: string[] = [];
  for (let n = 0; n < 5; n++) {
    ids.push(backup(world, host_id, 100));
    world.clock.advance(60);
  }
  const each = Number(world.db.prepare("SELECT max(log_bytes) AS n FROM jobs").get()!["n"]);
  const retention = { ...JOB_RETENTION, log_total_bytes: each * 3 };
  const jobs = new Jobs({ ...world, retention });
  keepHouse(world, jobs);
  const kept = ids.map((id) => jobs.get(ADMIN, id).log_removed_at === null);
  assert.deepEqual(kept, [false, false, true, true, true]);
  assert.equal(storedLines(world), 300);
  world.db.close();
});

Deno.test("old jobs go, but for open ones and the last of a host that succeeded", async () => {
  const world = await jobsWorld();
  const one = await readyHost(world, { name: "one" });
  const two = await readyHost(world, { name: "two" });
  const open = startBackup(world, two.id);
  agentOf(world, two.id).started(open.id);
  const first = backup(world, one.id, 10);
  world.clock.advance(60);
  const good = backup(world, one.id, 10);
  world.clock.advance(60);
  const failed = startBackup(world, one.id).id;
  agentOf(world, one.id).finished(failed, { status: "failed", exit_code: 1, stats: null });
  world.clock.advance(60);
  const last = startBackup(world, one.id).id;
  agentOf(world, one.id).finished(last, { status: "failed", exit_code: 1, stats: null });
  world.clock.advance(401 * DAY_SECONDS);
  keepHouse(world, world.jobs);
  assert.deepEqual(idsOf(world).toSorted(), [open.id, good, last].toSorted());
  assert.ok(!idsOf(world).includes(first) && !idsOf(world).includes(failed));
  assert.equal(storedLines(world), 0);
  assert.deepEqual(world.jobs.days([one.id], "2000-01-01"), []);
  world.db.close();
});

Deno.test("a log at its limit ends with one line that counts what was dropped", async () => {
  const world = await jobsWorld();
  const { id: host_id } = await readyHost(world);
  const agent = agentOf(world, host_id);
  const { id } = startBackup(world, host_id);
  agent.started(id);
  const payload = "x".repeat(LOG_LINE_MAX_CHARS);
  const batch = 50;
  const batches = Math.ceil(JOB_LOG_QUOTA_BYTES / (LOG_LINE_MAX_CHARS * batch)) + 2;
  for (let n = 0; n < batches; n++) {
    const lines = linesFrom(n * batch + 1, (n + 1) * batch);
    agent.log(id, lines.map((line) => ({ ...line, payload })));
  }
  const remark = { ...linesFrom(batches * batch + 1, batches * batch + 1)[0]!, stream: "event" };
  agent.log(id, [remark as ReturnType<typeof linesFrom>[0]]);
  const job = world.jobs.get(ADMIN, id);
  const lines: LogLine[] = [];
  for (let after = 0, more = true; more;) {
    const page = world.jobs.logs(ADMIN, id, after, 5000);
    lines.push(...page.lines);
    after = page.last_seq;
    more = page.has_more;
  }
  assert.equal(lines.length, job.log_lines);
  const marker = lines.at(-2)!;
  assert.equal(marker.stream, "event");
  assert.match(marker.payload, new RegExp(`^\\[${job.log_dropped_lines} log lines were dropped`));
  assert.equal(marker.seq + job.log_dropped_lines, remark.seq);
  assert.equal(lines.at(-1)!.payload, remark.payload);
  assert.equal(job.log_truncated, true);
  assert.deepEqual(
    lines.slice(0, -1).map((line) => line.seq),
    lines.slice(0, -1).map((_, i) => i + 1),
  );
  world.db.close();
});
