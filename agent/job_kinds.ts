/**
 * @module The kinds of job this agent can run. To add one: give it a line here, an operation on
 * restic's door, and its literal in the protocol's JobKind.
 */
import type { JobKind } from "../server/protocol/entities.ts";
import type { CommandRun } from "../server/protocol/server_messages.ts";
import type { OperationOptions, Outcome } from "./restic/restic.ts";
import type { ResticOperations } from "./restic_access.ts";

/** What is told about the repository after a job, in this order. */
export const FOLLOW_UPS = ["probe", "snapshots", "stats", "locks"] as const;
export type FollowUp = typeof FOLLOW_UPS[number];

export interface JobKindEntry {
  run(
    restic: ResticOperations,
    args: CommandRun["args"],
    options: OperationOptions,
  ): Promise<Outcome>;
  /** After a job that ended by itself. */
  follow_ups(outcome: Outcome): readonly FollowUp[];
}

export const JOB_KINDS: Record<JobKind, JobKindEntry> = {
  init: {
    run: (restic, _args, options) => restic.init(options),
    // Also after a failure: "it exists already" is good news that only a probe can confirm.
    follow_ups: () => ["probe", "snapshots"],
  },
  backup: {
    run: (restic, args, options) =>
      args.backup_set === null
        ? Promise.resolve(withoutBackupSet)
        : restic.backup(args.backup_set, args.bandwidth, options),
    follow_ups: (outcome) => isGood(outcome) ? ["snapshots", "stats"] : lookAtLocks(outcome),
  },
  check: {
    run: (restic, args, options) => restic.check(args.read_data, args.bandwidth, options),
    follow_ups: lookAtLocks,
  },
  unlock: {
    run: (restic, _args, options) => restic.unlock(options),
    follow_ups: () => ["locks"],
  },
};

/** The entry of a kind that perhaps only a newer agent knows. */
export function jobKind(kind: string): JobKindEntry | undefined {
  return Object.hasOwn(JOB_KINDS, kind) ? JOB_KINDS[kind as JobKind] : undefined;
}

/** A job that met a lock makes the agent look whose it is. */
function lookAtLocks({ error_class }: Outcome): readonly FollowUp[] {
  return error_class === "repository_locked" ? ["locks"] : [];
}

const isGood = (outcome: Outcome) => outcome.status === "succeeded" || outcome.status === "warning";

const withoutBackupSet: Outcome = {
  status: "failed",
  exit_code: null,
  error_class: "unknown",
  error: "The backup was ordered without paths: give the host a backup set.",
  stats: null,
};
