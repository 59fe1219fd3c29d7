/** @module What is wrong with a host's repository, in words, each with what to try. Pure. */
import type { Host, Job, ProbeState, Repository } from "../../server/protocol/entities.ts";
import { ago } from "../format.ts";
import { lockedCause } from "./lock_words.ts";
import type { CauseAct, HostCause } from "./host_causes.ts";

const PROBES: Partial<Record<ProbeState, { title: string; text: string; act?: CauseAct }>> = {
  unreachable: {
    title: "The host cannot reach the repository server.",
    text: "Check the address, and whether the server runs and lets this host in.",
    act: "settings",
  },
  wrong_password: {
    title: "The encryption password does not open the repository.",
    text: "Enter the password that the repository was made with, under Settings.",
    act: "settings",
  },
  unauthorized: {
    title: "The repository server refuses the user name or password.",
    text: "Enter the server's user and password again, under Settings.",
    act: "settings",
  },
  locked: {
    title: "The repository is locked.",
    text: "Another restic works on it, or one that died left its lock behind.",
  },
  restic_not_found: {
    title: "restic was not found on the host.",
    text:
      "Install restic 0.17.1 or newer there (0.19.1 is recommended). The agent finds it by itself.",
  },
  error: {
    title: "The repository could not be opened.",
    text: "The agent tried after its last start or change of credentials.",
    act: "settings",
  },
};

/** What the agent found when it last looked, unless that was a repository that opens. */
export function probedCause(
  host: Host,
  repository: Repository,
  now_ms: number,
): HostCause | undefined {
  const gone = repository.probe_state === "missing" && host.repository_initialised_at !== null;
  const probe = gone
    ? {
      title: "There is no repository at its address any more.",
      text: "It was there before. Check the address and the server's disk before anything else.",
      act: "settings" as const,
    }
    : PROBES[repository.probe_state];
  if (probe === undefined) return undefined;
  const seen = repository.probed_at === null
    ? ""
    : ` Seen ${ago(Date.parse(repository.probed_at), now_ms)}.`;
  return {
    tone: "fail",
    ...probe,
    text: probe.text + seen,
    ...(repository.probe_error ? { raw: repository.probe_error } : {}),
  };
}

/** Nothing can be backed up as long as this stands. */
export function notInitialised(
  repository: Repository | undefined,
  last_job: Job | undefined,
): HostCause {
  const tried = last_job?.kind === "init" && last_job.status !== "succeeded" ? last_job : undefined;
  const raw = tried?.error ?? undefined;
  return {
    tone: "fail",
    title: tried
      ? "The repository could not be initialised."
      : "The repository is not initialised.",
    text: repository?.probe_state === "missing" || tried === undefined
      ? "Nothing can be backed up before. Initialising creates an empty repository at its address."
      : "Nothing can be backed up before it is.",
    ...(raw === undefined ? {} : { raw }),
    act: "initialise",
    ...(tried === undefined ? {} : { job: tried }),
  };
}

/** Another repository than before is at the address: what was backed up before is not in it. */
export function replacedCause(
  repository: Repository | undefined,
  now_ms: number,
): HostCause | undefined {
  if (repository === undefined || repository.replaced_at === null) return undefined;
  return {
    tone: "fail",
    title: "Another repository than before is at its address.",
    text: `Snapshots from before are not in it. Seen ${
      ago(Date.parse(repository.replaced_at), now_ms)
    }.`,
    act: "repository",
  };
}

/** What the repository page says above its figures. A replaced one has a note of its own. */
export function repositoryCauses(
  host: Host,
  repository: Repository,
  now_ms: number,
): HostCause[] {
  if (host.status === "pending") return [];
  const absent = host.repository_initialised_at === null
    ? notInitialised(repository, undefined)
    : undefined;
  return [
    absent,
    stayingHere(checkFailedCause(repository, now_ms)),
    probedCause(host, repository, now_ms),
    lockedCause(repository, now_ms),
  ]
    .filter((cause) => cause !== undefined);
}

/** The way to the page that is shown already. */
function stayingHere(cause: HostCause | undefined): HostCause | undefined {
  if (cause === undefined) return undefined;
  const { act: _, ...rest } = cause;
  return rest;
}

/** What a check found stands above everything that still works. */
export function checkFailedCause(
  repository: Repository | undefined,
  now_ms: number,
): HostCause | undefined {
  if (repository?.last_check_status !== "failed" || repository.last_check_at === null) {
    return undefined;
  }
  return {
    tone: "fail",
    title: "Check failed: errors were found in the repository.",
    text: `Seen ${ago(Date.parse(repository.last_check_at), now_ms)}. Some snapshots may not be ` +
      "restorable. Remove nothing from it, read the check's log, and repair it as restic says there.",
    act: "repository",
    job_id: repository.last_check_job_id,
  };
}
