/** @module What keeps a host from being backed up though its last backup may be good. Pure. */
import type { BackupState, Obstacle, ProbeState } from "../protocol/entities.ts";
import { RESTIC_FLOOR } from "../protocol/version.ts";
import { compareVersions } from "./liveness.ts";

export interface ObstacleFacts {
  has_paths: boolean;
  /** Its set names more than its last good backup holds. */
  set_grew: boolean;
  restic_version: string | null;
  /** Why the agent has no restic; null too before it ever said hello. */
  restic_error: string | null;
  repository_known: boolean;
  /** What was found last, by a probe or by a backup that opened the repository. */
  probe_state: ProbeState;
  /** When another repository than before was found at the address. */
  replaced_at_ms: number | null;
  /** The last check found errors in the repository. */
  check_failed: boolean;
  last_good_backup_at_ms: number | null;
}

/** The worst obstacle, or null. `second_machine`: another one has the host's identity and is refused. */
export function obstacleOf(facts: ObstacleFacts, second_machine = false): Obstacle | null {
  if (facts.restic_version === null) {
    if (facts.restic_error !== null) return "restic_not_found";
  } else if (compareVersions(facts.restic_version, RESTIC_FLOOR) < 0) return "restic_too_old";
  const probed = probedObstacle(facts);
  if (probed !== null) return probed;
  if (wasReplaced(facts)) return "repository_replaced";
  if (facts.check_failed) return "repository_damaged";
  if (second_machine) return "duplicate_identity";
  if (!facts.has_paths) return "no_paths";
  return facts.set_grew ? "set_changed" : null;
}

/** With these the next backup works, and something is missing from it all the same. */
const FORGIVING: ReadonlySet<Obstacle> = new Set([
  "duplicate_identity",
  "no_paths",
  "set_changed",
]);

/** The state with what is in the way: no host is good whose next backup cannot work. */
export function withObstacle(state: BackupState, obstacle: Obstacle | null): BackupState {
  // What was never backed up, or failed, says so already; the line names the obstacle.
  if (obstacle === null || state === "never" || state === "failed") return state;
  return FORGIVING.has(obstacle) ? (state === "good" ? "gaps" : state) : "failed";
}

function probedObstacle(facts: ObstacleFacts): Obstacle | null {
  switch (facts.probe_state) {
    case "wrong_password":
    case "unauthorized":
    case "restic_not_found":
      return facts.probe_state;
    case "missing":
      // Before the first initialisation this is as it should be.
      return facts.repository_known ? "repository_missing" : null;
    default:
      return null;
  }
}

/** A good backup since then is in the repository that is there now. */
function wasReplaced({ replaced_at_ms, last_good_backup_at_ms }: ObstacleFacts): boolean {
  return replaced_at_ms !== null && replaced_at_ms > (last_good_backup_at_ms ?? 0);
}
