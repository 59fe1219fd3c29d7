import assert from "node:assert/strict";
import { ADMIN } from "../agents/test_world.ts";
import { FakeClock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import { openDatabase } from "../db/open.ts";
import { silentLog } from "../log.ts";
import { seedServices } from "../tasks/seed/services.ts";
import { seedStory } from "../tasks/seed/story.ts";
import { Fleet } from "./fleet.ts";

const NOW_MS = Date.parse("2026-11-12T08:42:05Z");

async function seeded(host_count: number) {
  const db = openDatabase(":memory:", { clock: new FakeClock(), log: silentLog });
  const services = await seedServices(db, NOW_MS);
  await seedStory(services, { host_count, snapshot_count: 3, now_ms: NOW_MS });
  return { ...services, fleet: new Fleet(services) };
}

/** How many statements `work` runs: every prepared statement of this connection is counted. */
function statementsOf(db: Database, work: () => void): number {
  let count = 0;
  const proto = Object.getPrototypeOf(db.prepare("SELECT 1"));
  const original = { all: proto.all, get: proto.get, run: proto.run };
  for (const name of ["all", "get", "run"] as const) {
    proto[name] = function (...args: unknown[]) {
      count++;
      return original[name].apply(this, args);
    };
  }
  try {
    work();
  } finally {
    Object.assign(proto, original);
  }
  return count;
}

Deno.test("overview() tells the story of twelve hosts: verdict, strips and what needs somebody", async () => {
  const { db, fleet } = await seeded(12);
  const overview = fleet.overview(ADMIN, { limit: 50, offset: 0 });
  assert.deepEqual(overview.by_state, {
    failed: 2,
    never: 0,
    stale: 1,
    gaps: 1,
    good: 7,
    paused: 1,
  });
  const said = new Map(overview.attention.map((line) => [line.host_name, line.message]));
  assert.deepEqual([...said.keys()], ["db-primary", "nas-media", "laptop-07", "win-file01"]);
  assert.equal(
    said.get("db-primary"),
    "Backup failed: the encryption password is wrong. No good backup for 31 h.",
  );
  assert.equal(said.get("laptop-07"), "Offline for 3 d. No good backup for 3 d. The goal is 26 h.");
  assert.equal(said.get("win-file01"), "Backed up, but 14 files could not be read.");
  assert.ok(overview.attention.every((line) => line.since_ms !== null));
  for (const strip of overview.strips.values()) assert.match(strip, /^[ownf]{30}$/);
  const failed = overview.hosts.find((host) => host.name === "db-primary")!;
  assert.equal(overview.strips.get(failed.id)?.at(-1), "f");
  assert.ok(overview.jobs_24h.failed === 2 && overview.jobs_24h.warning === 1);
  assert.equal(overview.snapshots, 36);
  assert.equal(fleet.summary(ADMIN).hosts, 12);
  db.close();
});

Deno.test("overview() shows a running backup with its progress, and when it stands still", async () => {
  const { db, fleet, hosts, jobs, clock } = await seeded(5);
  const host = hosts.survey(ADMIN, { q: "web-01" }).matching[0]!;
  const job = jobs.start(ADMIN, host.id, { kind: "backup", bandwidth: {} });
  const report = { run_id: job.id, seq: 1 };
  const started_at = job.queued_at;
  jobs.apply(host.id, { type: "job.started", report, job_id: job.id, kind: "backup", started_at });
  const progress = {
    ...{ type: "job.progress" as const, job_id: job.id, phase: "uploading" as const },
    ...{ percent_done: 0.62, files_done: 6, total_files: 10, bytes_done: 62, total_bytes: 100 },
    ...{ error_count: 0, eta_seconds: 240, throughput_bytes_per_second: null, current_files: [] },
  };
  jobs.apply(host.id, progress);
  const now = () => fleet.overview(ADMIN, { limit: 50, offset: 0 });
  assert.equal(now().running[0]?.progress?.percent_done, 0.62);
  assert.equal(now().running[0]?.stalled, false);
  assert.equal(now().strips.get(host.id)?.at(-1), "o", "today's good backup stays");
  clock.advance(16 * 60);
  jobs.apply(host.id, progress);
  assert.equal(now().running[0]?.stalled, true);
  jobs.apply(host.id, { ...progress, bytes_done: 63 });
  assert.equal(now().running[0]?.stalled, false);
  db.close();
});

Deno.test("overview() lists a host whose password opens nothing, or whose set is empty, at once", async () => {
  const { db, fleet, hosts, repositories, clock } = await seeded(12);
  const now = () => fleet.overview(ADMIN, { limit: 50, offset: 0 });
  const lineOf = (name: string) => now().attention.find((line) => line.host_name === name);
  const good = hosts.survey(ADMIN).all.filter((host) => host.backup_state === "good");
  const [first, second] = [good[0]!, good[1]!];
  assert.equal(lineOf(first.name), undefined);
  repositories.applyProbe(first.id, {
    ...{ type: "repository.probed", report: { run_id: first.id, seq: 1 } },
    ...{ config_version: 99, state: "wrong_password", restic_repository_id: null, error: null },
    ...{ took_seconds: 0.1, probed_at: new Date(clock.now_ms()).toISOString() },
  });
  hosts.edit(ADMIN, second.id, { backup_set: { paths: [], excludes: [], tags: [] } });
  assert.match(lineOf(first.name)!.message, /password does not open the repository/);
  assert.match(lineOf(second.name)!.message, /has no paths/);
  assert.equal(now().by_state.good, good.length - 2);
  db.close();
});

Deno.test("overview() runs as many statements for 1,000 hosts as for 12, at most ten with the summary", async () => {
  const counts: number[] = [];
  for (const host_count of [12, 1000]) {
    const { db, fleet, schedules } = await seeded(host_count);
    schedules.upNext(ADMIN, 5); // Read once by each server.
    counts.push(statementsOf(db, () => {
      const overview = fleet.overview(ADMIN, { q: "node", limit: 50, offset: 0 });
      assert.equal(overview.total_hosts, host_count);
      fleet.summary(ADMIN);
      schedules.upNext(ADMIN, 5);
    }));
    db.close();
  }
  assert.equal(counts[0], counts[1]);
  assert.ok(counts[0]! <= 10, `${counts[0]} statements`);
});
