/** @module What to do about a job that did not succeed: one line per class of error. Pure. */
import type { ErrorClass } from "../protocol/entities.ts";

const HINTS: Record<ErrorClass, string> = {
  files_unreadable:
    "A snapshot was made without these files. Give the agent's account read access, or exclude them",
  path_missing:
    "A snapshot was made without this path. Create it again, or remove it from the backup set",
  all_paths_missing: "Nothing was backed up. Check the paths of the host's backup set",
  repository_missing:
    "Check the repository address. If the repository was never made, initialise it",
  repository_exists: "The repository is there already. Run a backup instead of initialising",
  wrong_password:
    "Enter the repository password that was used when the repository was made, in the host's settings",
  repository_locked:
    "Another restic works on this repository, or one died. Wait for it, or unlock the repository",
  append_only_refusal:
    "The storage server accepts only new data from this user. Removing needs the maintenance credential",
  http_unauthorized:
    "The storage server refused user or password. Compare them with its htpasswd file",
  network:
    "The host could not reach the storage server. Check the address, its port and the network",
  deadline: "The storage server did not answer in time. Check that it runs and try again",
  no_space: "The storage server is full. Free space there, then run the backup again",
  repository_damaged:
    "Data in the repository cannot be read. Keep it as it is and check it before the next backup",
  restic_not_found: "Install restic 0.19.1 on the host, or set its path in agent.yaml",
  restic_too_old: "Install restic 0.17.1 or newer on the host; 0.19.1 is recommended",
  restic_crashed: "Read the end of the log. Run it again; if it ends the same way, update restic",
  bad_output:
    "restic's answer was not complete, so success is not proven. Read the log and run it again",
  no_credentials: "The agent has no credentials yet. Enter them in the host's settings",
  snapshot_not_listed:
    "restic reported a snapshot that the repository does not list. Run the backup again",
  agent_restarted: "The agent stopped while this ran. Run it again",
  cancelled: "Stopped on request. Data that was stored already is used by the next backup",
  expired: "The host did not connect in time. Run it again when the host is online",
  unknown: "Read the end of the log for the reason",
};

/** What to do about this class of error, in plain words; null if there is nothing to say. */
export function hintFor(error_class: ErrorClass | null): string | null {
  return error_class === null ? null : HINTS[error_class];
}
