/** @module What must hold after any number of kills. Each check throws with what it found. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { Audit } from "../../server/audit/audit.ts";
import { systemClock } from "../../server/clock.ts";
import { openDatabase } from "../../server/db/open.ts";
import { silentLog } from "../../server/log.ts";
import type { Job } from "../../server/protocol/entities.ts";
import { locks, logOf } from "../faults.ts";
import type { Stack, StackHost } from "../stack.ts";
import type { Workload } from "./workload.ts";

interface PlainSnapshot {
  id: string;
  /** Absent if it has none. */
  tags?: string[];
}

/** Every job of every host, by asking for pages. */
export async function allJobs(stack: Stack): Promise<Job[]> {
  const jobs: Job[] = [];
  for (;;) {
    const { items, total } = await stack.api.call<{ items: Job[]; total: number }>(
      "GET",
      `/api/jobs?order=asc&limit=100&offset=${jobs.length}`,
    );
    jobs.push(...items);
    if (items.length === 0 || jobs.length >= total) return jobs;
  }
}

/** Every job ended, once, and none that the server had answered for is missing. */
export function checkEnds(jobs: Job[], workload: Workload): void {
  const by_id = new Map(jobs.map((job) => [job.id, job]));
  assert.equal(by_id.size, jobs.length);
  for (const job of jobs) {
    assert.notEqual(job.finished_at, null, `job ${job.id} is ${job.status}`);
    assert.ok(
      ["succeeded", "interrupted"].includes(job.status),
      `${job.id} ${job.status}: ${job.error}`,
    );
  }
  for (const id of workload.accepted.keys()) {
    assert.ok(by_id.has(id), `job ${id} was answered for and is gone`);
  }
  for (const [id, status] of workload.first_end) {
    assert.equal(by_id.get(id)?.status, status, `job ${id} changed its end`);
  }
}

/** A succeeded job has its snapshot, and no job made two. Plain restic is asked. */
export async function checkSnapshots(stack: Stack, host: StackHost, jobs: Job[]): Promise<number> {
  const { code, stdout } = await stack.restic(host, "snapshots", "--json");
  assert.equal(code, 0);
  const snapshots = JSON.parse(stdout) as PlainSnapshot[];
  for (const { id, status, stats, backup_set } of jobs) {
    const tag = backup_set?.tags[0];
    if (tag === undefined) continue;
    const own = snapshots.filter((snapshot) => snapshot.tags?.includes(tag));
    assert.ok(own.length <= 1, `job ${id} ran ${own.length} times`);
    if (status === "succeeded") assert.equal(own[0]?.id, stats?.snapshot_id, `job ${id}`);
  }
  return snapshots.length;
}

/** Log lines are numbered from 1 on without a gap, and there are as many as the agent wrote. */
export async function checkLogs(stack: Stack, jobs: Job[]): Promise<number> {
  let count = 0;
  for (const job of jobs) {
    const seqs = (await logOf(stack, job.id)).map((line) => line.seq);
    assert.deepEqual(seqs, seqs.map((_, index) => index + 1), `the log of job ${job.id}`);
    assert.equal(seqs.length, job.log_lines, `the log of job ${job.id}`);
    count += seqs.length;
  }
  return count;
}

/** No lock is left, so that plain restic may take an exclusive one, and the data is whole. */
export async function checkRepository(stack: Stack, host: StackHost): Promise<void> {
  assert.deepEqual(await locks(stack, host), [], `locks of ${host.name}`);
  assert.equal((await stack.restic(host, "check", "--read-data")).code, 0, host.name);
}

/** Call it when the server has stopped. */
export function checkDatabase(stack: Stack): void {
  const path = join(stack.dir, "server", "restic-manager.db");
  const clock = systemClock();
  const db = openDatabase(path, { clock, log: silentLog });
  assert.deepEqual(
    db.sqlite.prepare("PRAGMA integrity_check").all().map((row) => row["integrity_check"]),
    ["ok"],
  );
  assert.equal(new Audit(db, clock).verify(), undefined);
  db.sqlite.close();
}
