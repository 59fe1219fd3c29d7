/** @module Jobs: each ends once, moves only as allowed, and runs at most once. */
import type { JobStatus } from "../../server/protocol/entities.ts";
import { groupBy, type History, type JobFacts } from "./history.ts";

/** What may come directly after what. Written down here a second time on purpose. */
const STEPS: Record<JobStatus, readonly JobStatus[]> = {
  queued: ["dispatched", "cancelled"],
  dispatched: ["running", "succeeded", "warning", "failed", "cancelled", "interrupted"],
  running: ["succeeded", "warning", "failed", "cancelled", "interrupted"],
  succeeded: [],
  warning: [],
  failed: [],
  cancelled: [],
  interrupted: [],
};

/** True if `later` can be seen after `earlier`: between two looks a job may take several steps. */
export function mayFollow(earlier: JobStatus, later: JobStatus): boolean {
  return earlier === later || STEPS[earlier].some((next) => mayFollow(next, later));
}

/** True for a status without a step out of it. */
export function isFinal(status: JobStatus): boolean {
  return STEPS[status].length === 0;
}

/** Whatever was promised exists, has ended, and never had two ends. */
export function* endsOnce({ jobs, accepted, shown_jobs }: History): Iterable<string> {
  const rows = groupBy(jobs, (job) => job.id);
  for (const [id, same] of rows) {
    if (same.length > 1) yield `job ${id} is listed ${same.length} times`;
  }
  for (const { job_id } of accepted) {
    if (!rows.has(job_id)) yield `job ${job_id} was answered for and is gone`;
  }
  for (const job of jobs) {
    if (!isFinal(job.status) || job.finished_at === null) {
      yield `job ${job.id} is still ${job.status}`;
    }
  }
  for (const [id, shown] of groupBy(shown_jobs, ({ job }) => job.id)) {
    const ends = new Set(
      shown.map(({ job }) => job).concat(rows.get(id) ?? [])
        .filter((job) => isFinal(job.status)).map((job) => `${job.status} at ${job.finished_at}`),
    );
    if (ends.size > 1) yield `job ${id} ended ${ends.size} times: ${[...ends].join(", ")}`;
    if (!rows.has(id)) yield `job ${id} was shown and is gone`;
  }
}

/** No view ever showed a step that is not allowed, nor an impossible row. */
export function* allowedSteps(history: History): Iterable<string> {
  for (const [id, shown] of groupBy(history.shown_jobs, ({ job }) => job.id)) {
    for (const one of shown) yield* impossible(one.job);
    for (const [view, seen] of groupBy(shown, (one) => one.view)) {
      for (let n = 1; n < seen.length; n++) {
        yield* badStep(id, view, [seen[n - 1]!.job, seen[n]!.job]);
      }
    }
    // Between views only what was asked for after the other had come is surely later.
    let newest: { got: number; job: JobFacts } | undefined;
    const by_arrival = shown.toSorted((a, b) => a.got - b.got);
    for (const later of by_arrival) {
      if (newest !== undefined && later.asked !== undefined && later.asked > newest.got) {
        yield* badStep(id, `${later.view} after another view`, [newest.job, later.job]);
      }
      if (newest === undefined || mayFollow(newest.job.status, later.job.status)) newest = later;
    }
  }
  for (const job of history.jobs) yield* impossible(job);
  for (const { job_id, view } of history.late_progress) {
    yield `job ${job_id} showed progress after its end (${view})`;
  }
}

/** No work was done twice, and none is claimed that was not done. */
export function* ranOnce({ runs, jobs }: History): Iterable<string> {
  const by_job = groupBy(runs, (run) => run.job_id);
  for (const [id, same] of by_job) if (same.length > 1) yield `job ${id} ran ${same.length} times`;
  for (const { id, status } of jobs) {
    if (status === "succeeded" && !by_job.has(id)) yield `job ${id} succeeded and never ran`;
  }
}

function* badStep(
  id: string,
  where: string,
  [before, after]: [JobFacts, JobFacts],
): Iterable<string> {
  if (!mayFollow(before.status, after.status)) {
    yield `job ${id} went from ${before.status} to ${after.status} (${where})`;
  }
  for (const time of ["dispatched_at", "started_at", "finished_at"] as const) {
    if (before[time] !== null && after[time] !== before[time]) {
      yield `job ${id}: ${time} changed from ${before[time]} to ${after[time]} (${where})`;
    }
  }
  if (after.log_lines < before.log_lines) {
    yield `job ${id} lost log lines: ${before.log_lines}, then ${after.log_lines} (${where})`;
  }
}

function* impossible(job: JobFacts): Iterable<string> {
  if (isFinal(job.status) !== (job.finished_at !== null)) {
    yield `job ${job.id} is ${job.status} with the end ${job.finished_at}`;
  }
  if (job.status === "running" && job.started_at === null) {
    yield `job ${job.id} is running without a start`;
  }
  if (job.status === "queued" && (job.dispatched_at !== null || job.started_at !== null)) {
    yield `job ${job.id} is queued, but was sent`;
  }
}
