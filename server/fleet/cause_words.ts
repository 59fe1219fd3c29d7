/** @module The words for what keeps hosts from being backed up. Pure. */
import type { ErrorClass, Obstacle } from "../protocol/entities.ts";

/** Why a backup failed or has gaps, as the end of a sentence. */
export const REASONS: Partial<Record<ErrorClass, string>> = {
  files_unreadable: "some files could not be read",
  path_missing: "a path of the backup set does not exist",
  all_paths_missing: "none of its paths exists",
  repository_missing: "the repository was not found",
  wrong_password: "the encryption password is wrong",
  repository_locked: "the repository is locked",
  append_only_refusal: "the storage server refused to remove data",
  http_unauthorized: "the storage server refused user or password",
  network: "the storage server could not be reached",
  deadline: "the storage server did not answer in time",
  no_space: "the storage server is full",
  repository_damaged: "data in the repository cannot be read",
  restic_not_found: "restic is not installed",
  restic_too_old: "restic is too old",
  restic_crashed: "restic crashed",
  bad_output: "restic's success is not proven",
  no_credentials: "the agent has no credentials",
  snapshot_not_listed: "the new snapshot is not in the repository",
  agent_restarted: "the agent stopped while it ran",
};

/** What is in the way of the next backup, as a cause that several hosts may share. */
export const CAUSE_OF_OBSTACLE: Record<Obstacle, string> = {
  restic_not_found: "restic is not installed",
  restic_too_old: "restic is too old",
  wrong_password: "The encryption password does not open the repository",
  unauthorized: "The storage server refuses user or password",
  repository_missing: "The repository is gone from its address",
  repository_replaced: "Another repository than before is at its address",
  repository_damaged: "A check found errors in the repository",
  duplicate_identity: "Two machines use one identity",
  no_paths: "The backup set has no paths",
  set_changed: "The backup set has changed since the last good backup",
};
