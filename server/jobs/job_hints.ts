/** @module What to do about a job that did not succeed: one line per class of error. Pure. */
import type { ErrorClass } from "../protocol/entities.ts";

const HINTS: Record<ErrorClass, string> = {
  files_unreadable: "Give the agent's account read access, or exclude them",
  path_missing: "Create it again, or remove it from the backup set",
  all_paths_missing: "Check the paths of the host's backup set",
  repository_missing:
    "Check the repository address. If the repository was never made, initialise it",
  repository_exists: "Run a backup instead of initialising",
  wrong_password:
    "Enter the encryption password that was used when the repository was made, in the host's settings",
  repository_locked:
    "Wait for the other restic. If it died, press Unlock on the host's repository page: it removes only locks of processes that are gone",
  append_only_refusal:
    "Nothing has to be done for backups. Removing needs a credential that may remove",
  http_unauthorized:
    "Set a new password in both places: on the storage server and in the host's settings. Stored ones cannot be read",
  network: "Check the address, its port and the network",
  deadline: "Check that the storage server runs and try again",
  no_space: "Free space there, then run the backup again",
  repository_damaged:
    "Remove nothing from it: no forget, no prune. Copy the repository if there is room, then follow restic's guide to troubleshooting: restic repair index, restic repair packs and restic repair snapshots --forget, as its log says, and check again",
  restic_not_found: "Install restic 0.19.1 on the host, or set its path in agent.yaml",
  restic_too_old: "Install restic 0.17.1 or newer on the host; 0.19.1 is recommended",
  restic_crashed: "Read the end of the log. Run it again; if it ends the same way, update restic",
  bad_output: "Read the log and run it again",
  no_credentials: "Enter its credentials in the host's settings",
  snapshot_not_listed: "Run the backup again",
  agent_restarted: "Run it again",
  cancelled: "Run it again when you like: the next backup uses the data that was stored already",
  expired: "Run it again when the host is online",
  unknown: "Read the end of the log for the reason",
};

/** What to do about this class of error, in plain words; null if there is nothing to say. */
export function hintFor(error_class: ErrorClass | null): string | null {
  return error_class === null ? null : HINTS[error_class];
}
