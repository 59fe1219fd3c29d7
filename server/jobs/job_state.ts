/**
 * @module The states of a job. Pure. A job only moves forward, and its first final state is kept for
 * ever: whatever is reported later changes nothing.
 */
import type { FinalJobStatus, JobStatus } from "../protocol/entities.ts";

export type JobEvent =
  | { type: "dispatched" }
  | { type: "started" }
  | { type: "ended"; status: FinalJobStatus };

const RANK: Record<JobStatus, number> = {
  queued: 0,
  dispatched: 1,
  running: 2,
  succeeded: 3,
  warning: 3,
  failed: 3,
  cancelled: 3,
  interrupted: 3,
};

/** The status after an event; the same status when the event is a repeat or comes too late. */
export function nextStatus(status: JobStatus, event: JobEvent): JobStatus {
  const wanted = target(event);
  return RANK[wanted] > RANK[status] ? wanted : status;
}

/** True for statuses that never change again. */
export function hasEnded(status: JobStatus): status is FinalJobStatus {
  return RANK[status] === RANK.succeeded;
}

function target(event: JobEvent): JobStatus {
  switch (event.type) {
    case "dispatched":
      return "dispatched";
    case "started":
      return "running";
    case "ended":
      return event.status;
  }
}
