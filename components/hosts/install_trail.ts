/** @module Where a new host stands on its way to the first backup. Pure: facts in, steps out. */
import type { EnrollmentTrail } from "../../server/hosts/enrollment.ts";
import type { Host, Job, Repository } from "../../server/protocol/entities.ts";
import { ahead, shortClockTime, shortList } from "../format.ts";
import type { Kind } from "../vocabulary.ts";

export interface InstallFacts {
  host: Host;
  trail: EnrollmentTrail;
  /** Undefined until the agent is enrolled. */
  repository: Repository | undefined;
  /** The host's newest jobs, newest first. */
  jobs: Job[];
}

export interface InstallStep {
  key: "token" | "enrolled" | "connected" | "repository" | "initialised" | "backup";
  kind: Kind;
  title: string;
  at_ms: number | null;
  text: string;
  /** What can be pressed here. */
  offers?: "init" | "run" | "job" | "token" | "settings";
  job_id?: string;
}

/** The steps in order; what is not reached yet waits. */
export function installSteps(facts: InstallFacts, now_ms: number): InstallStep[] {
  const { host, trail, repository } = facts;
  const steps = [tokenStep(trail, now_ms), enrolledStep(host, trail), connectedStep(host, trail)];
  steps.push(repositoryStep(repository, trail));
  steps.push(...initialisedStep(facts));
  steps.push(backupStep(facts));
  return steps;
}

/** True once a backup of this host has succeeded. */
export function isDone({ host }: InstallFacts): boolean {
  return host.last_good_backup_at !== null;
}

/** The number of the step of the whole way: 1 install the agent, 2 first backup, 3 done. */
export function stageOf(facts: InstallFacts): 1 | 2 | 3 {
  if (isDone(facts)) return 3;
  return facts.trail.connected_at_ms === null ? 1 : 2;
}

function tokenStep(trail: EnrollmentTrail, now_ms: number): InstallStep {
  const base = { key: "token" as const, at_ms: trail.token_created_at_ms };
  if (trail.enrolled_at_ms !== null) {
    return { ...base, kind: "succeeded", title: "Token created", text: "used once, and spent" };
  }
  if (trail.token_state === "valid" && trail.token_expires_at_ms !== null) {
    const until = trail.token_expires_at_ms;
    return {
      ...base,
      kind: "succeeded",
      title: "Token created",
      text: `works once, until ${shortClockTime(until)}, ${ahead(until, now_ms)}`,
    };
  }
  const why = trail.token_state === "expired" ? "The token has expired" : "There is no valid token";
  return {
    ...base,
    kind: "failed",
    title: why,
    text: "Make a new one. The install line stays the same.",
    offers: "token",
  };
}

function enrolledStep(host: Host, trail: EnrollmentTrail): InstallStep {
  if (trail.enrolled_at_ms === null) {
    return {
      key: "enrolled",
      kind: "queued",
      title: "Agent enrols",
      at_ms: null,
      text: `Run the line on ${host.name}`,
    };
  }
  const about = [host.os_version, host.arch, "server key checked"].filter((x) => x !== null);
  return {
    key: "enrolled",
    kind: "succeeded",
    title: host.agent_version === null ? "Agent enrolled" : `Agent ${host.agent_version} enrolled`,
    at_ms: trail.enrolled_at_ms,
    text: about.join(", "),
  };
}

function connectedStep(host: Host, trail: EnrollmentTrail): InstallStep {
  const base = { key: "connected" as const, at_ms: trail.connected_at_ms };
  if (trail.connected_at_ms === null) {
    return { ...base, kind: "queued", title: "Agent connects", text: "It calls this server" };
  }
  if (host.status === "offline") {
    return {
      ...base,
      kind: "offline",
      title: "Agent is offline",
      text: "It was here, and has not been heard from for a while. Is its service running?",
    };
  }
  const restic = host.restic_version === null
    ? "restic was not found there"
    : `with restic ${host.restic_version}`;
  return {
    ...base,
    kind: host.restic_version === null ? "degraded" : "succeeded",
    title: "Agent connected",
    text: restic,
  };
}

const PROBLEMS: Partial<Record<Repository["probe_state"], { title: string; fix: string }>> = {
  unreachable: {
    title: "Repository cannot be reached",
    fix: "The host gets no answer at this address. Check the address, the firewall and whether " +
      "the server runs.",
  },
  wrong_password: {
    title: "The encryption password is wrong",
    fix: "The repository exists and was made with another password. Enter that one under Settings.",
  },
  unauthorized: {
    title: "The REST server refuses user or password",
    fix: "Run the htpasswd line on the REST server, or enter its user and password under Settings.",
  },
  locked: {
    title: "Repository is locked",
    fix: "Another restic is using it. The agent tries again by itself.",
  },
  restic_not_found: {
    title: "restic is not installed there",
    fix: "Install restic 0.17.1 or newer on the host. The agent finds it by itself.",
  },
  error: {
    title: "The repository could not be read",
    fix: "The host page has the reason.",
  },
};

function repositoryStep(repository: Repository | undefined, trail: EnrollmentTrail): InstallStep {
  const at_ms = repository?.probed_at == null ? null : Date.parse(repository.probed_at);
  const base = { key: "repository" as const, at_ms };
  const state = repository?.probe_state ?? "unknown";
  if (repository === undefined || state === "unknown") {
    const text = trail.connected_at_ms === null
      ? "The agent looks as soon as it is there"
      : "The agent is looking";
    return { ...base, kind: "queued", title: "Repository reached", text };
  }
  const problem = PROBLEMS[state];
  if (problem === undefined) {
    return { ...base, kind: "succeeded", title: "Repository reached", text: repository.url };
  }
  const offers = state === "locked" || state === "restic_not_found" ? {} : {
    offers: "settings" as const,
  };
  return { ...base, kind: "failed", title: problem.title, text: problem.fix, ...offers };
}

/** The job of a kind that is not over yet, or went wrong last. */
function newest(jobs: Job[], kind: Job["kind"]): Job | undefined {
  return jobs.find((job) => job.kind === kind);
}

function initialisedStep({ host, repository, jobs }: InstallFacts): InstallStep[] {
  const key = "initialised" as const;
  const done = repository?.initialised_at ?? host.repository_initialised_at;
  if (done !== null) {
    const at_ms = Date.parse(done);
    return [{ key, kind: "succeeded", title: "Repository is initialised", at_ms, text: "" }];
  }
  const job = newest(jobs, "init");
  const running = job !== undefined && host.current_job_id === job.id;
  if (running) {
    const text = job.waiting_for ?? "The agent is at it";
    const kind = job.status === "running" ? "running" : "queued";
    return [{
      key,
      kind,
      title: "Initialising the repository",
      at_ms: null,
      text,
      offers: "job",
      job_id: job.id,
    }];
  }
  if (job?.status === "failed" || job?.status === "interrupted") {
    return [{
      key,
      kind: "failed",
      title: "Initialising failed",
      at_ms: job.finished_at === null ? null : Date.parse(job.finished_at),
      text: job.hint ?? job.error ?? "The log has the reason.",
      offers: "init",
      job_id: job.id,
    }];
  }
  if (repository?.probe_state !== "missing") return [];
  const at_ms = repository.probed_at === null ? null : Date.parse(repository.probed_at);
  return [{
    key,
    kind: "never",
    title: "Repository is not initialised",
    at_ms,
    text: "Nothing is at this path yet.",
    offers: "init",
  }];
}

function backupStep({ host, repository, jobs }: InstallFacts): InstallStep {
  const key = "backup" as const;
  const paths = shortList(host.backup_set.paths);
  const job = newest(jobs, "backup");
  const found = job === undefined ? {} : { job_id: job.id };
  if (host.last_good_backup_at !== null) {
    const at_ms = Date.parse(host.last_good_backup_at);
    return { key, kind: "good", title: "First backup done", at_ms, text: paths, ...found };
  }
  const base = { key, at_ms: null, text: paths, ...found };
  if (job !== undefined && host.current_job_id === job.id) {
    const kind = job.status === "running" ? "running" : "queued";
    return { ...base, kind, title: "First backup", text: job.waiting_for ?? paths, offers: "job" };
  }
  if (job !== undefined && job.status !== "queued") {
    const title = job.status === "warning"
      ? "First backup has gaps"
      : "First backup did not finish";
    const kind = job.status === "warning" ? "warning" : "failed";
    return { ...base, kind, title, text: job.hint ?? job.error ?? paths, offers: "run" };
  }
  const ready = host.repository_initialised_at !== null || repository?.initialised_at != null;
  return { ...base, kind: ready ? "never" : "queued", title: "First backup", offers: "run" };
}
