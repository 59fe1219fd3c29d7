/**
 * @module Why a job did not plainly succeed, in words: what happened, and what it means for the data.
 * What to do about it comes with the job, as its hint.
 */
import type { ErrorClass, Job } from "../../server/protocol/entities.ts";

export interface Cause {
  title: string;
  /** What it means for the data. */
  meaning: string;
}

const NOTHING = "Nothing was backed up and nothing was changed in the repository.";
const KEPT = "The snapshots that were there before are untouched.";

const CAUSES: Record<ErrorClass, Cause> = {
  files_unreadable: {
    title: "Some files could not be read",
    meaning: "The snapshot exists, but those files are not in it.",
  },
  path_missing: {
    title: "A path of the backup set does not exist",
    meaning: "The snapshot exists, but that path is not in it.",
  },
  all_paths_missing: {
    title: "None of the paths of the backup set exists",
    meaning: NOTHING,
  },
  repository_missing: {
    title: "There is no repository at this address yet",
    meaning: NOTHING,
  },
  repository_exists: {
    title: "There is already a repository at this address",
    meaning: "It was left as it is.",
  },
  wrong_password: {
    title: "The encryption password does not open the repository",
    meaning: NOTHING,
  },
  repository_locked: {
    title: "The repository is locked by another restic",
    meaning: NOTHING,
  },
  append_only_refusal: {
    title: "The repository takes new data only, and refused to change old data",
    meaning: KEPT,
  },
  http_unauthorized: {
    title: "The repository server refused the user name or password",
    meaning: NOTHING,
  },
  network: {
    title: "The repository server could not be reached",
    meaning: `No snapshot was made. ${KEPT}`,
  },
  deadline: {
    title: "The repository server did not answer in time",
    meaning: `No snapshot was made. ${KEPT}`,
  },
  no_space: {
    title: "There is no space left",
    meaning: `No snapshot was made. ${KEPT}`,
  },
  repository_damaged: {
    title: "The repository looks damaged",
    meaning: "No snapshot was made. Older snapshots may be affected.",
  },
  restic_not_found: {
    title: "restic was not found on the host",
    meaning: NOTHING,
  },
  restic_too_old: {
    title: "The restic on the host is too old",
    meaning: "What this job did cannot be relied on.",
  },
  restic_crashed: {
    title: "restic ended unexpectedly",
    meaning: `No snapshot was made. ${KEPT}`,
  },
  bad_output: {
    title: "restic's answer could not be understood",
    meaning: "Whether the data was backed up is not known.",
  },
  no_credentials: {
    title: "The host has no password for its repository",
    meaning: NOTHING,
  },
  snapshot_not_listed: {
    title: "restic reported a snapshot that the repository does not list",
    meaning: "Do not count on this backup.",
  },
  agent_restarted: {
    title: "The agent restarted while the job ran",
    meaning: `No snapshot was reported. ${KEPT}`,
  },
  cancelled: {
    title: "The job was cancelled",
    meaning: `No snapshot was made. ${KEPT}`,
  },
  expired: {
    title: "The job waited too long and was given up",
    meaning: "It never ran on the host.",
  },
  unknown: {
    title: "restic failed",
    meaning: `No snapshot was reported. ${KEPT}`,
  },
};

/** The cause of a final job that did not plainly succeed; undefined for all others. */
export function causeOf(job: Job): Cause | undefined {
  if (job.error_class !== null) return forKind(job, CAUSES[job.error_class]);
  switch (job.status) {
    case "failed":
      return forKind(job, CAUSES.unknown);
    case "cancelled":
      return forKind(job, CAUSES.cancelled);
    case "interrupted":
      return forKind(job, CAUSES.agent_restarted);
    case "warning":
      return CAUSES.files_unreadable;
    default:
      return undefined;
  }
}

/** What an agent says of these is no more than the cause and its meaning. */
const SAYS_NO_MORE: ReadonlySet<ErrorClass> = new Set([
  "wrong_password",
  "http_unauthorized",
  "repository_missing",
  "repository_exists",
  "all_paths_missing",
  "append_only_refusal",
  "no_credentials",
  "agent_restarted",
  "expired",
]);

/** True if the error of a job of this class only repeats {@link causeOf}. */
export function saysNoMore(error_class: ErrorClass | null): boolean {
  return error_class !== null && SAYS_NO_MORE.has(error_class);
}

function forKind(job: Job, cause: Cause): Cause {
  switch (job.kind) {
    case "backup":
      return cause;
    case "init":
      return job.error_class === "repository_exists"
        ? cause
        : { title: cause.title, meaning: "The repository was not initialised by this job." };
    case "check":
      return ofCheck(job, cause);
    case "unlock":
      return ofUnlock(job, cause);
  }
}

function ofCheck({ error_class }: Job, cause: Cause): Cause {
  if (error_class === "repository_damaged") {
    return {
      title: "The check found errors in the repository",
      meaning: "Some of its snapshots may not be restorable. Do not remove anything from it.",
    };
  }
  const meaning = "The check did not come to an end: nothing is known of the repository by it.";
  return { title: cause.title, meaning };
}

function ofUnlock({ error_class, stats }: Job, cause: Cause): Cause {
  if (error_class !== "repository_locked") {
    return { title: cause.title, meaning: "Whether a lock was removed, the log says." };
  }
  const meaning = stats?.locks_removed
    ? "Locks of processes that are gone were removed. What may be in use stays."
    : "No lock was removed: one that may be in use stays.";
  return { title: "The repository stays locked", meaning };
}

/** The word for a job's kind at the start of a sentence. */
export const KIND_TITLE: Record<Job["kind"], string> = {
  init: "Initialise repository",
  backup: "Backup",
  check: "Check",
  unlock: "Unlock",
};
