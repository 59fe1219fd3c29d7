/** @module What needs somebody, as plain sentences (ui/DESIGN.md §12). Pure. */
import type {
  BackupState,
  ErrorClass,
  Host,
  IdentityConflict,
  JobStats,
  Obstacle,
} from "../protocol/entities.ts";
import { REASONS } from "./cause_words.ts";

/** One line of "Needs you": what is wrong, since when, and the one thing to do about it. */
export interface Attention {
  host_id: string;
  host_name: string;
  state: BackupState;
  message: string;
  since_ms: number | null;
  /** The last job behind it, if there is one to open. */
  job_id: string | null;
}

/** The last backup of a host, where it did not plainly succeed. */
export interface LastTrouble {
  job_id: string;
  error_class: ErrorClass | null;
  stats: JobStats | null;
}

/** True if a host has a line: the same hosts that the verdict does not count as well. */
export function needsSomebody({ backup_state }: { backup_state: BackupState }): boolean {
  return backup_state !== "good" && backup_state !== "paused";
}

const OBSTACLES: Record<Obstacle, string> = {
  restic_not_found: "Cannot be backed up: restic is not installed on the host.",
  restic_too_old: "Cannot be backed up: restic on the host is too old.",
  wrong_password: "Cannot be backed up: the encryption password does not open the repository.",
  unauthorized: "Cannot be backed up: the storage server refuses user or password.",
  repository_missing: "The repository is gone from its address.",
  repository_replaced: "Another repository than before is at its address.",
  repository_damaged: "The last check found errors in its repository.",
  duplicate_identity: "Two machines use its identity: only one of them is backed up.",
  no_paths: "Cannot be backed up: its backup set has no paths.",
  set_changed: "Its backup set has changed since the last good backup: run one.",
};

/** The line of a host that {@link needsSomebody}. */
export function attentionOf(
  host: Host,
  trouble: LastTrouble | undefined,
  now_ms: number,
): Attention {
  const { backup_state: state } = host;
  const line = { host_id: host.id, host_name: host.name, state };
  const obstacle = toldObstacle(host, trouble);
  if (obstacle !== null) {
    // When that was found is known to its repository's page alone.
    const since_ms = obstacle === "repository_damaged"
      ? null
      : msOf(host.last_good_backup_at ?? host.enrolled_at);
    if (obstacle === "duplicate_identity" && host.identity_conflict !== null) {
      return { ...line, job_id: null, ...conflicting(host.identity_conflict) };
    }
    return { ...line, job_id: null, message: OBSTACLES[obstacle], since_ms };
  }
  const job_id = state === "failed" || state === "gaps" ? trouble?.job_id ?? null : null;
  return { ...line, job_id, ...sentence(host, trouble, now_ms) };
}

function conflicting({ holder, other, since }: IdentityConflict) {
  const [first, second] = [holder, other].map((one) => `${one.hostname} at ${one.address}`);
  const message = `Two machines use its identity: ${first} is backed up, ${second} is not.`;
  return { message, since_ms: Date.parse(since) };
}

/** The obstacle that the line names, unless the last backup, and its log, say more. */
function toldObstacle(host: Host, trouble: LastTrouble | undefined): Obstacle | null {
  const { last_backup_status: status, obstacle } = host;
  if (host.enrolled_at === null || status === "failed" || status === "interrupted") return null;
  return obstacle === "set_changed" && trouble !== undefined ? null : obstacle;
}

function sentence(
  host: Host,
  trouble: LastTrouble | undefined,
  now_ms: number,
): { message: string; since_ms: number | null } {
  switch (host.backup_state) {
    case "failed": {
      const message = `Backup failed: ${reason(trouble)}. ${lastGood(host, now_ms)}`;
      return { message, since_ms: msOf(host.last_backup_at) };
    }
    case "gaps":
      return { message: gaps(trouble), since_ms: msOf(host.last_backup_at) };
    case "stale":
      return { message: overdue(host, now_ms), since_ms: msOf(host.last_good_backup_at) };
    default:
      return { message: never(host), since_ms: msOf(host.enrolled_at ?? host.created_at) };
  }
}

function reason(trouble: LastTrouble | undefined): string {
  const { error_class } = trouble ?? { error_class: null };
  return (error_class === null ? undefined : REASONS[error_class]) ?? "the log has the reason";
}

function gaps(trouble: LastTrouble | undefined): string {
  if (trouble?.error_class === "path_missing") {
    return "Backed up, but a path of its backup set does not exist.";
  }
  const n = trouble?.stats?.error_count ?? 0;
  const files = n === 0 ? "some files" : n === 1 ? "1 file" : `${n} files`;
  return `Backed up, but ${files} could not be read.`;
}

function overdue(host: Host, now_ms: number): string {
  const goal = `The goal is ${span(host.goal_seconds * 1000)}.`;
  const away = host.status === "offline" && host.last_seen_at !== null
    ? `Offline for ${span(now_ms - Date.parse(host.last_seen_at))}. `
    : "";
  return `${away}${lastGood(host, now_ms)} ${goal}`;
}

function never(host: Host): string {
  if (host.enrolled_at === null) return "Waits for its agent: run the install line on it.";
  if (host.repository_initialised_at === null) return "The repository is not initialised.";
  return "Never backed up.";
}

function lastGood(host: Host, now_ms: number): string {
  if (host.last_good_backup_at === null) return "No good backup yet.";
  return `No good backup for ${span(now_ms - Date.parse(host.last_good_backup_at))}.`;
}

/** Hours up to 48, then days; rounded down. */
function span(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 1) return "less than a minute";
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours <= 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

function msOf(at: string | null): number | null {
  return at === null ? null : Date.parse(at);
}
