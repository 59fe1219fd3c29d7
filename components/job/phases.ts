/** @module The steps of a job as its page draws them. Pure. */
import type { ErrorClass, Job, JobKind } from "../../server/protocol/entities.ts";
import { isFinalStatus, type JobView, type Phase } from "./job_view.ts";

export interface PhaseItem {
  label: string;
  state: "done" | "now" | "next" | "fail" | "stop" | "skip";
  /** How long it took, in seconds; null when this page does not know. */
  took_seconds: number | null;
}

interface Step {
  label: string;
  phases: Phase[];
}

const STEPS: Record<JobKind, Step[]> = {
  init: [
    { label: "Start", phases: ["starting", "scanning"] },
    { label: "Initialise", phases: ["uploading", "finishing", "listing"] },
  ],
  backup: [
    { label: "Start", phases: ["starting"] },
    { label: "Scan", phases: ["scanning"] },
    { label: "Upload", phases: ["uploading"] },
    { label: "Finish", phases: ["finishing"] },
    { label: "List snapshots", phases: ["listing"] },
  ],
  check: [
    { label: "Start", phases: ["starting"] },
    { label: "Load index", phases: ["loading_index"] },
    { label: "Check packs", phases: ["checking_packs"] },
    { label: "Check snapshots", phases: ["checking_snapshots"] },
    { label: "Read data", phases: ["reading_data"] },
  ],
  unlock: [{ label: "Unlock", phases: ["starting"] }],
};

/** A check of the structure alone reads no data. */
function stepsOf({ kind, read_data }: Job): Step[] {
  return kind === "check" && read_data === null ? STEPS.check.slice(0, -1) : STEPS[kind];
}

/**
 * The steps of a job, the queue first. Undefined for a job that ended badly when it is not known in
 * which step: drawing a guess would send its reader to the wrong place.
 */
export function phasesOf(view: JobView): PhaseItem[] | undefined {
  const { job } = view;
  const steps = stepsOf(job);
  const queue = queueStep(view);
  const all = (state: PhaseItem["state"]) =>
    steps.map((step) => ({ label: step.label, state, took_seconds: null }));
  if (job.status === "queued" || job.status === "dispatched") return [queue, ...all("next")];
  if (job.status === "succeeded" || job.status === "warning") return [queue, ...all("done")];
  if (job.started_at === null) return [queue, ...all("skip")];
  const at = steps.findIndex((step) => view.progress && step.phases.includes(view.progress.phase));
  if (!isFinalStatus(job.status)) return [queue, ...nowAt(view, steps, Math.max(0, at))];
  if (at < 0) {
    const died = diedAt(job, steps);
    return died === undefined ? undefined : [queue, ...died];
  }
  return [
    queue,
    ...steps.map((step, i): PhaseItem => ({
      label: step.label,
      state: i < at ? "done" : i === at ? endOf(job) : "skip",
      took_seconds: tookOf(view, steps, i),
    })),
  ];
}

/** What restic meets when it opens the repository, before it looks at a single file. */
const AT_START: ReadonlySet<ErrorClass> = new Set([
  "restic_not_found",
  "restic_too_old",
  "no_credentials",
  "repository_missing",
  "wrong_password",
  "repository_locked",
  "http_unauthorized",
]);

/** The steps of a job whose cause alone tells where it ended. */
function diedAt({ error_class }: Job, steps: Step[]): PhaseItem[] | undefined {
  if (error_class === null) return undefined;
  const at = AT_START.has(error_class)
    ? 0
    : error_class === "snapshot_not_listed"
    ? steps.length - 1
    : undefined;
  return at === undefined ? undefined : steps.map(({ label }, i) => ({
    label,
    state: i < at ? "done" : i === at ? "fail" : "skip",
    took_seconds: null,
  }));
}

/** Somebody who cancels a job is no failure of it. */
function endOf({ status }: Job): "fail" | "stop" {
  return status === "cancelled" ? "stop" : "fail";
}

function queueStep({ job }: JobView): PhaseItem {
  const waiting = job.status === "queued" || job.status === "dispatched";
  const left_at = job.started_at ?? job.dispatched_at;
  return {
    label: "Queue",
    state: waiting ? "now" : left_at === null ? endOf(job) : "done",
    took_seconds: waiting || left_at === null ? null : secondsBetween(job.queued_at, left_at),
  };
}

function nowAt(view: JobView, steps: Step[], at: number): PhaseItem[] {
  return steps.map((step, i) => ({
    label: step.label,
    state: i < at ? "done" : i === at ? "now" : "next",
    took_seconds: i < at ? tookOf(view, steps, i) : null,
  }));
}

function tookOf(view: JobView, steps: Step[], i: number): number | null {
  const began = seenAt(view, steps[i]);
  const ended = seenAt(view, steps[i + 1]);
  if (began === undefined || ended === undefined) return null;
  return Math.max(0, (ended - began) / 1000);
}

function seenAt(view: JobView, step: Step | undefined): number | undefined {
  const seen = (step?.phases ?? []).map((phase) => view.phase_seen_at_ms[phase])
    .filter((at_ms) => at_ms !== undefined);
  return seen.length === 0 ? undefined : Math.min(...seen);
}

function secondsBetween(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
}
