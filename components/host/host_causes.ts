/** @module What is wrong with a host, in words, worst first, each with the one thing to do. Pure. */
import type {
  ErrorClass,
  Host,
  Job,
  ProbeState,
  Repository,
} from "../../server/protocol/entities.ts";
import { ago, span } from "../format.ts";
import { moment } from "../days.ts";
import { causeOf, saysNoMore } from "../job/causes.ts";
import type { Tone } from "../vocabulary.ts";
import {
  checkFailedCause,
  notInitialised,
  probedCause,
  replacedCause,
} from "./repository_causes.ts";

/** What the banner's button does. */
export type CauseAct =
  | "initialise"
  | "run"
  | "retry"
  | "open_job"
  | "install"
  | "settings"
  | "repository";

export interface HostCause {
  tone: Tone;
  title: string;
  text: string;
  /** In place of the tone's own icon. */
  icon?: "s-offline";
  /** What restic or the agent said, as it was. */
  raw?: string;
  act?: CauseAct;
  /** The host's settings are the place to repair it. */
  in_settings?: boolean;
  job?: Job;
  /** Of a job that only its id is known of. */
  job_id?: string | null;
}

export interface HostFacts {
  host: Host;
  repository: Repository | undefined;
  /** The last job of any kind. */
  last_job: Job | undefined;
  now_ms: number;
}

/** The causes of a host. Empty when there is nothing to say. */
export function hostCauses(facts: HostFacts): HostCause[] {
  const { host } = facts;
  if (host.status === "pending") return [pending(facts)];
  const causes = [
    twoMachines(facts),
    replacedCause(facts.repository, facts.now_ms),
    checkFailedCause(facts.repository, facts.now_ms),
    backupCause(facts),
    probeCause(facts),
    offline(facts),
    degraded(facts),
  ];
  return causes.filter((cause) => cause !== undefined);
}

function pending({ host }: HostFacts): HostCause {
  return {
    tone: "idle",
    title: `${host.name} waits for its agent.`,
    text: "Run the install line on the machine. This page turns green by itself.",
    act: "install",
  };
}

function isActive(job: Job | undefined): boolean {
  return job !== undefined && ["queued", "dispatched", "running"].includes(job.status);
}

const RUNS: Record<Job["kind"], string> = {
  init: "The initialisation of the repository",
  backup: "A backup",
  check: "A check of the repository",
  unlock: "An unlock of the repository",
};

function backupCause(facts: HostFacts): HostCause | undefined {
  const { host, last_job, now_ms } = facts;
  if (isActive(last_job)) {
    const what = RUNS[last_job!.kind];
    const title = `${what} ${last_job!.status === "running" ? "is running" : "is queued"}.`;
    return {
      tone: last_job!.status === "running" ? "run" : "idle",
      title,
      text: last_job!.waiting_for === null ? "" : `It waits for ${last_job!.waiting_for}.`,
      act: "open_job",
      job: last_job!,
    };
  }
  if (host.repository_initialised_at === null) {
    return notInitialised(facts.repository, facts.last_job);
  }
  const last_good = host.last_good_backup_at === null
    ? "There is no good backup yet."
    : `The last good backup was ${ago(Date.parse(host.last_good_backup_at), now_ms)}.`;
  const last_failed = host.last_backup_status === "failed" ||
    host.last_backup_status === "interrupted";
  const obstacle = last_failed ? null : host.obstacle;
  if (obstacle === "no_paths" && host.backup_state !== "never") {
    return {
      tone: "fail",
      title: "Its backup set has no paths: it cannot be backed up.",
      text: `Add paths under Settings. ${last_good}`,
      act: "settings",
    };
  }
  if (
    obstacle === "set_changed" && host.backup_state === "gaps" &&
    host.last_backup_status === "succeeded"
  ) {
    return {
      tone: "warn",
      title: "The backup set has changed since the last good backup.",
      text: `What was added to it is not backed up before the next run. ${last_good}`,
      act: "run",
    };
  }
  if (obstacle === "duplicate_identity" && host.last_backup_status === "succeeded") {
    return undefined;
  }
  // The probe or the agent says what is wrong; the last backup itself went well.
  if (obstacle !== null && host.backup_state === "failed") return undefined;
  switch (host.backup_state) {
    case "failed":
      return failed(facts, last_good);
    case "never":
      return {
        tone: "stale",
        title: "Never backed up.",
        text: host.backup_set.paths.length === 0
          ? "The default backup set has no paths yet."
          : "The repository is ready. Run the first backup.",
        act: host.backup_set.paths.length === 0 ? "settings" : "run",
      };
    case "stale":
      return {
        tone: "stale",
        title: `Overdue: no good backup inside ${span(host.goal_seconds)}.`,
        text: last_good,
        act: "run",
      };
    case "gaps":
      return {
        tone: "warn",
        title: "Backed up, with gaps.",
        text: `Something is missing in the newest snapshot. ${last_good}`,
        ...(last_job === undefined ? {} : { act: "open_job" as const, job: last_job }),
      };
    default:
      return undefined;
  }
}

const IN_SETTINGS: ReadonlySet<ErrorClass> = new Set([
  "wrong_password",
  "http_unauthorized",
  "no_credentials",
  "repository_missing",
  "network",
  "all_paths_missing",
  "path_missing",
]);

function failed({ last_job }: HostFacts, last_good: string): HostCause {
  const cause = last_job && causeOf(last_job);
  return {
    tone: "fail",
    title: cause === undefined ? "The last backup failed." : `${cause.title}.`,
    text: last_good,
    ...(last_job?.error && !saysNoMore(last_job.error_class) ? { raw: last_job.error } : {}),
    act: "retry",
    in_settings: last_job !== undefined && last_job.error_class !== null &&
      IN_SETTINGS.has(last_job.error_class),
    ...(last_job === undefined ? {} : { job: last_job }),
  };
}

/** What a failed job already said, so that the probe need not say it again. */
const SAME_CAUSE: Partial<Record<ErrorClass, ProbeState>> = {
  network: "unreachable",
  deadline: "unreachable",
  http_unauthorized: "unauthorized",
  wrong_password: "wrong_password",
  repository_locked: "locked",
  repository_missing: "missing",
  restic_not_found: "restic_not_found",
};

function probeCause(facts: HostFacts): HostCause | undefined {
  const { host, repository, last_job, now_ms } = facts;
  if (repository === undefined) return undefined;
  const said = host.backup_state === "failed" && last_job?.error_class
    ? SAME_CAUSE[last_job.error_class]
    : undefined;
  return said === repository.probe_state ? undefined : probedCause(host, repository, now_ms);
}

function offline({ host, now_ms }: HostFacts): HostCause | undefined {
  if (host.status !== "offline") return undefined;
  const since = host.last_seen_at === null
    ? ""
    : ` since ${moment(Date.parse(host.last_seen_at), now_ms)}`;
  return {
    tone: "idle",
    icon: "s-offline",
    title: `${host.name} is offline${since}.`,
    text:
      "A job that runs there goes on and is reported later. What you start now waits here, in order.",
  };
}

function twoMachines({ host, now_ms }: HostFacts): HostCause | undefined {
  if (host.identity_conflict === null) return undefined;
  const { holder, other, present, last_at } = host.identity_conflict;
  const [first, second] = [holder, other].map((one) => `${one.hostname} at ${one.address}`);
  if (present) {
    return {
      tone: "warn",
      title: `Two machines use the identity of ${host.name}.`,
      text: `${first} is served. ${second} is refused and not backed up. If it is a copy of the ` +
        "first, add it as a host of its own and run the install line there, or remove its agent.",
    };
  }
  return {
    tone: "idle",
    title: `A second machine used the identity of ${host.name}.`,
    text:
      `${second}, besides ${first}; last seen ${ago(Date.parse(last_at), now_ms)}. If it is a ` +
      "copy that is still needed, add it as a host of its own.",
  };
}

function degraded({ host, repository }: HostFacts): HostCause | undefined {
  if (host.status !== "degraded" || host.degraded_reasons.length === 0) return undefined;
  if (host.obstacle === "restic_not_found" && repository?.probe_state !== "restic_not_found") {
    return {
      tone: "fail",
      title: "restic is not installed on the host: nothing is backed up.",
      text: "Install restic 0.19.1 there, 0.17.1 at least. The agent finds it by itself.",
      raw: host.degraded_reasons.join("\n"),
    };
  }
  return {
    tone: "warn",
    title: "The agent needs attention.",
    text: host.degraded_reasons.map((reason) => reason.replace(/\.?$/, ".")).join(" "),
  };
}
