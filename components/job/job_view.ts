/**
 * @module What a job page knows, and how each message of the job's stream changes it. Pure: the time
 * comes in. A final state is never left again, whatever arrives late.
 */
import type { JobProgress } from "../../server/protocol/agent_messages.ts";
import type { FinalJobStatus, Job, JobStatus } from "../../server/protocol/entities.ts";
import type { JobStreamMessage } from "../../server/protocol/job_stream.ts";
import { hasMoved, isStalled } from "../../server/protocol/job_movement.ts";
import { isAllRead, percentDone } from "./how_far.ts";

export type Phase = JobProgress["phase"];

export interface JobView {
  job: Job;
  progress: JobProgress | null;
  /** When the agent last said something about this job. */
  news_at_ms: number | null;
  /** When it last got on: the same progress again is news, but no movement. */
  moved_at_ms: number | null;
  /** When each phase was first seen by this page. */
  phase_seen_at_ms: Partial<Record<Phase, number>>;
  /** Speed over the last minutes, oldest first; at most one point per 15 s. */
  speeds: { at_ms: number; bytes_per_second: number }[];
}

/** Seconds without news after which the page says how old the last news is. */
const QUIET_AFTER_SECONDS = 30;
const SPEED_EVERY_MS = 15_000;
const SPEEDS_MAX = 40;

const FINAL: Record<JobStatus, boolean> = {
  queued: false,
  dispatched: false,
  running: false,
  succeeded: true,
  warning: true,
  failed: true,
  cancelled: true,
  interrupted: true,
};

/** True for statuses that never change again. Without zod, so that islands stay small. */
export function isFinalStatus(status: JobStatus): status is FinalJobStatus {
  return FINAL[status];
}

/** A view of a job of which nothing but the row and the last progress is known. */
export function startView(
  job: Job,
  progress: JobProgress | null,
  news_at_ms: number | null,
  moved_at_ms = news_at_ms,
): JobView {
  return { job, progress, news_at_ms, moved_at_ms, phase_seen_at_ms: {}, speeds: [] };
}

/** The view after one message. Log lines only count as news: the log keeps them. */
export function applyMessage(view: JobView, message: JobStreamMessage, now_ms: number): JobView {
  switch (message.type) {
    case "job":
      if (isFinalStatus(view.job.status) && !isFinalStatus(message.job.status)) return view;
      return { ...view, job: message.job };
    case "job.started":
      if (isFinalStatus(view.job.status)) return view;
      return {
        ...view,
        ...{ news_at_ms: now_ms, moved_at_ms: now_ms },
        job: { ...view.job, status: "running", started_at: message.started_at, waiting_for: null },
      };
    case "job.progress":
      return isFinalStatus(view.job.status) ? view : withProgress(view, message, now_ms);
    case "job.finished":
      return {
        ...view,
        news_at_ms: now_ms,
        job: {
          ...view.job,
          status: message.status,
          exit_code: message.exit_code,
          error_class: message.error_class,
          error: message.error,
          stats: message.stats,
          started_at: message.started_at ?? view.job.started_at,
          finished_at: message.finished_at,
          waiting_for: null,
        },
      };
    case "log.stream":
      if (isFinalStatus(view.job.status)) return view;
      return { ...view, news_at_ms: now_ms, moved_at_ms: now_ms };
    case "resync":
      return view;
  }
}

function withProgress(view: JobView, progress: JobProgress, now_ms: number): JobView {
  // The stream begins with the latest progress, however old: what is held already is no news.
  if (isSame(view.progress, progress)) return view;
  const moved = view.progress === null || hasMoved(view.progress, progress);
  const seen = view.phase_seen_at_ms[progress.phase] === undefined
    ? { ...view.phase_seen_at_ms, [progress.phase]: now_ms }
    : view.phase_seen_at_ms;
  return {
    job: view.job.status === "running" ? view.job : { ...view.job, status: "running" },
    progress,
    news_at_ms: now_ms,
    moved_at_ms: moved ? now_ms : view.moved_at_ms,
    phase_seen_at_ms: seen,
    speeds: withSpeed(view.speeds, progress.throughput_bytes_per_second, now_ms),
  };
}

function isSame(held: JobProgress | null, next: JobProgress): boolean {
  return held !== null && JSON.stringify(held) === JSON.stringify(next);
}

function withSpeed(
  speeds: JobView["speeds"],
  bytes_per_second: number | null,
  now_ms: number,
): JobView["speeds"] {
  const last = speeds.at(-1);
  if (bytes_per_second === null || (last && now_ms - last.at_ms < SPEED_EVERY_MS)) return speeds;
  return [...speeds, { at_ms: now_ms, bytes_per_second }].slice(-SPEEDS_MAX);
}

/** How fresh a running job's news is. "quiet" is worth saying, "stalled" is worth worrying. */
export type Freshness = { kind: "fresh" } | { kind: "quiet" | "stalled"; seconds: number };

/** The freshness of a view; fresh for jobs that do not run. */
export function freshnessOf(view: JobView, now_ms: number): Freshness {
  if (view.job.status !== "running") return { kind: "fresh" };
  const began_ms = Date.parse(view.job.started_at ?? view.job.queued_at);
  const secondsSince = (at_ms: number) => Math.floor((now_ms - at_ms) / 1000);
  const moved_at_ms = view.moved_at_ms ?? began_ms;
  if (isStalled(moved_at_ms, now_ms)) {
    return { kind: "stalled", seconds: secondsSince(moved_at_ms) };
  }
  const seconds = secondsSince(view.news_at_ms ?? began_ms);
  // restic has no news to give while it uploads the rest.
  if (seconds >= QUIET_AFTER_SECONDS && !isAllRead(view.progress)) {
    return { kind: "quiet", seconds };
  }
  return { kind: "fresh" };
}

/** Whole percent of a running job, never 100 before the end. Null when it is not known yet. */
export function percentOf(view: JobView): number | null {
  if (view.job.status === "succeeded" || view.job.status === "warning") return 100;
  return percentDone(view.progress);
}

/** The quarter to announce when progress went from one percent to another, or null. */
export function crossedQuarter(before: number | null, after: number | null): number | null {
  if (after === null) return null;
  const quarter = Math.floor(after / 25) * 25;
  return quarter > 0 && quarter > (before ?? 0) ? quarter : null;
}

/** Bytes that a backup added to its repository, compressed where restic says so, as its snapshot has it. */
export function addedBytes({ stats }: Job): number | undefined {
  return stats?.bytes_stored ?? stats?.bytes_added;
}

/** How long a job ran, in seconds; null when it never did or has not ended. */
export function tookSeconds(job: Job): number | null {
  if (job.started_at === null || job.finished_at === null) return null;
  return Math.max(0, (Date.parse(job.finished_at) - Date.parse(job.started_at)) / 1000);
}

/** Who or what started a job, as "operator" or "schedule Nightly". */
export function startedBy(job: Pick<Job, "actor_kind" | "actor_name">): string {
  if (job.actor_kind !== "schedule") return job.actor_name ?? job.actor_kind;
  return `schedule ${job.actor_name ?? ""}`.trim();
}
