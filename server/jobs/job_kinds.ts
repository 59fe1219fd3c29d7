/**
 * @module What each kind of job needs before it may start. Pure. Adding a kind means a word in
 * `JobKind` (protocol/entities.ts), a row here, and its restic call in the agent.
 */
import type { Action } from "../auth/permissions.ts";
import { AppError } from "../errors.ts";
import type { BackupSet, JobKind, ReadData } from "../protocol/entities.ts";

export interface JobKindRule {
  /** The action of auth/permissions.ts that starting it needs. */
  action: Action;
  /** The job carries a backup set, and that must name at least one path. */
  takes_backup_set: boolean;
  /** Whether the repository must exist already, or must not. */
  repository: "initialised" | "absent";
  /** Its end says how well the host is backed up. */
  counts_as_backup: boolean;
  /** Its end proves that the repository exists. */
  proves_repository: boolean;
}

export const JOB_KINDS: Record<JobKind, JobKindRule> = {
  init: {
    action: "repository.initialise",
    takes_backup_set: false,
    repository: "absent",
    counts_as_backup: false,
    proves_repository: true,
  },
  backup: {
    action: "job.start",
    takes_backup_set: true,
    repository: "initialised",
    counts_as_backup: true,
    proves_repository: true,
  },
  check: {
    action: "job.start",
    takes_backup_set: false,
    repository: "initialised",
    counts_as_backup: false,
    proves_repository: true,
  },
  unlock: {
    action: "job.start",
    takes_backup_set: false,
    repository: "initialised",
    counts_as_backup: false,
    proves_repository: false,
  },
};

/** @throws {AppError} invalid_field if a kind that reads no data is to read some */
export function readDataOf(kind: JobKind, read_data: ReadData | undefined): ReadData | null {
  if (read_data !== undefined && kind !== "check") {
    throw new AppError("invalid_field", "Only a check reads data back", { field: "read_data" });
  }
  return read_data ?? null;
}

/** Refuses a job that could not work. @throws {AppError} no_paths, not_initialised, already_initialised */
export function demandStartable(
  kind: JobKind,
  facts: { host_name: string; backup_set: BackupSet | null; initialised: boolean },
): void {
  const rule = JOB_KINDS[kind];
  if (rule.repository === "initialised" && !facts.initialised) {
    throw new AppError(
      "not_initialised",
      `The repository of ${facts.host_name} does not exist yet`,
      {
        hint: "Initialise the repository first. If it exists already, check its address",
      },
    );
  }
  if (rule.repository === "absent" && facts.initialised) {
    throw new AppError(
      "already_initialised",
      `The repository of ${facts.host_name} is initialised already`,
      { hint: "Run a backup instead. Initialising again would change nothing" },
    );
  }
  if (rule.takes_backup_set && (facts.backup_set?.paths.length ?? 0) === 0) {
    throw new AppError("no_paths", `${facts.host_name} has no paths to back up`, {
      field: "backup_set.paths",
      hint: "Add at least one path to its default backup set, in the host's settings",
    });
  }
}
