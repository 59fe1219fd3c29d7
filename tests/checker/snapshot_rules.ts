/** @module No success, and no host that is called backed up, without a snapshot that exists. */
import { groupBy, type History } from "./history.ts";

/** `succeeded` implies the snapshot, one of its own; repositories are whole. */
export function* hasSnapshots({ jobs, repositories }: History): Iterable<string> {
  const existing = new Map(
    repositories.map((one) => [one.host_id, new Set(one.snapshots.map(({ id }) => id))]),
  );
  for (const { host_id, problems } of repositories) {
    for (const problem of problems) yield `repository of ${host_id}: ${problem}`;
  }
  const backups = jobs.filter((job) => job.kind === "backup");
  for (const { id, host_id, status, stats } of backups) {
    if (status !== "succeeded" && status !== "warning") continue;
    const snapshot_id = stats?.snapshot_id;
    if (snapshot_id === undefined) yield `job ${id} ${status} and names no snapshot`;
    else if (!existing.get(host_id)?.has(snapshot_id)) {
      yield `job ${id} ${status} with snapshot ${snapshot_id}, which is not in the repository`;
    }
  }
  const named = backups.filter((job) => job.stats?.snapshot_id !== undefined);
  for (const [snapshot_id, same] of groupBy(named, (job) => job.stats!.snapshot_id!)) {
    if (same.length > 1) yield `snapshot ${snapshot_id} is claimed by ${same.length} jobs`;
  }
}

/** What the server lists is in the repository. */
export function* listsExisting({ listed, repositories }: History): Iterable<string> {
  for (const { host_id, snapshot_ids } of listed) {
    const facts = repositories.find((one) => one.host_id === host_id);
    const existing = new Set(facts?.snapshots.map(({ id }) => id));
    for (const id of snapshot_ids) {
      if (!existing.has(id)) yield `host ${host_id} lists snapshot ${id}, which does not exist`;
    }
  }
}

/** Whenever a host was called backed up, a snapshot of it existed by then. */
export function* claimsNothingFalse(history: History): Iterable<string> {
  const first_made = new Map<string, number>();
  for (const { host_id, tick } of history.made) {
    first_made.set(host_id, Math.min(tick, first_made.get(host_id) ?? Infinity));
  }
  const ends = new Set(
    history.jobs.filter((job) => job.kind === "backup" && job.status === "succeeded")
      .map((job) => `${job.host_id} ${job.finished_at}`),
  );
  const with_snapshots = new Set(
    history.repositories.filter((one) => one.snapshots.length > 0).map((one) => one.host_id),
  );
  for (const shown of history.shown_hosts) {
    const { host_id, backup_state, last_good_backup_at, got, view } = shown;
    if (last_good_backup_at !== null && !ends.has(`${host_id} ${last_good_backup_at}`)) {
      yield `${view}: host ${host_id} had a good backup at ${last_good_backup_at}: no job did`;
    }
    if (backup_state !== "good" && backup_state !== "gaps") continue;
    if (!with_snapshots.has(host_id) || (first_made.get(host_id) ?? 0) > got) {
      yield `${view}: host ${host_id} was called ${backup_state} without any snapshot`;
    }
  }
}
