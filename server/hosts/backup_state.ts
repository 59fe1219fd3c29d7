/** @module Whether a host is backed up. Pure. A false green is worse than a crash: doubt is not good. */
import type { BackupState, FinalJobStatus } from "../protocol/entities.ts";

export interface BackupFacts {
  /** Of the last backup that was not cancelled: a cancelled run says nothing about the data. */
  last_backup_status: FinalJobStatus | null;
  last_backup_at_ms: number | null;
  /** Of the last backup that plainly succeeded. */
  last_good_backup_at_ms: number | null;
  goal_seconds: number;
}

/** A backup "from the future" beyond this comes from a wrong clock, and would look good for ever. */
const FUTURE_MAX_MS = 5 * 60_000;

/** The state of ui/DESIGN.md §3. A newer run with gaps hides an older good one, never the reverse. */
export function backupState(facts: BackupFacts, now_ms: number): BackupState {
  const { last_backup_status: status, last_backup_at_ms, last_good_backup_at_ms } = facts;
  if (status === "failed" || status === "interrupted") return "failed";
  if (last_backup_at_ms === null && last_good_backup_at_ms === null) return "never";
  const isRecent = (at_ms: number | null) =>
    at_ms !== null && now_ms - at_ms <= facts.goal_seconds * 1000 &&
    at_ms - now_ms <= FUTURE_MAX_MS;
  if (status === "warning") return isRecent(last_backup_at_ms) ? "gaps" : "stale";
  if (status === "succeeded" && isRecent(last_good_backup_at_ms)) return "good";
  return "stale";
}

/** The state of a host whose schedules are paused: what failed, or was never backed up, says so still. */
export function withPause(
  state: BackupState,
  paused_until_ms: number | null,
  now_ms: number,
): BackupState {
  if (paused_until_ms === null || paused_until_ms <= now_ms) return state;
  return state === "failed" || state === "never" ? state : "paused";
}

/** Worst first: the order of every list of hosts. */
const RANK: Record<BackupState, number> = {
  failed: 0,
  never: 1,
  stale: 2,
  gaps: 3,
  good: 4,
  paused: 5,
};

/** A new list: worse state first, then by name, its case aside. */
export function worstFirst<T extends { backup_state: BackupState; name: string }>(
  hosts: readonly T[],
): T[] {
  // Lower case once for each host: a comparison would do it ten times as often.
  const keyed = hosts.map((host) => ({
    host,
    rank: RANK[host.backup_state],
    name: host.name.toLowerCase(),
  }));
  keyed.sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return keyed.map(({ host }) => host);
}
