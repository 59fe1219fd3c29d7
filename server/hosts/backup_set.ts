/** @module What one backup set holds of another. Pure. */
import type { BackupSet } from "../protocol/entities.ts";

/**
 * True if a backup of `done` holds everything that the host's own set names: a run with fewer paths
 * or more excludes, or one begun before the set grew, does not prove that the host is backed up.
 */
export function covers(done: BackupSet | null, own: BackupSet): boolean {
  return done !== null && own.paths.every((path) => done.paths.includes(path)) &&
    done.excludes.every((pattern) => own.excludes.includes(pattern)) &&
    (own.exclude_caches === true || done.exclude_caches !== true) &&
    (own.one_file_system === true || done.one_file_system !== true) &&
    (done.exclude_if_present ?? []).every((name) => own.exclude_if_present?.includes(name));
}
