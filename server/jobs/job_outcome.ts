/** @module What the server makes of an agent's word that a job ended. Pure. */
import { iso } from "../clock.ts";
import type { JobFinished } from "../protocol/agent_messages.ts";
import type {
  CheckStatus,
  ErrorClass,
  FinalJobStatus,
  JobKind,
  JobStats,
} from "../protocol/entities.ts";
import { JOB_KINDS } from "./job_kinds.ts";

/** Below this a measured difference of clocks may be the time that the message took. */
const SKEW_MIN_SECONDS = 60;

export interface Outcome {
  status: FinalJobStatus;
  exit_code: number | null;
  error_class: ErrorClass | null;
  error: string | null;
  stats: JobStats | null;
}

/**
 * The outcome as it is stored. `succeeded` needs exit code 0; a backup that succeeded or has gaps also
 * needs the snapshot's id. The agent has looked that snapshot up in a listing before it reported, so the server does not wait for
 * the listing that follows.
 */
export function judge(kind: JobKind, said: JobFinished): Outcome {
  const { status, exit_code, error_class, error, stats } = said;
  if (status === "warning" && JOB_KINDS[kind].counts_as_backup && !stats?.snapshot_id) {
    return unproven(said, "The agent reported a backup with gaps, but named no snapshot");
  }
  if (status !== "succeeded") {
    return { status, exit_code, error_class: error_class ?? fallbackClass(status), error, stats };
  }
  if (exit_code !== 0) {
    return unproven(said, "The agent reported success, but restic's exit code was not 0");
  }
  if (JOB_KINDS[kind].counts_as_backup && !stats?.snapshot_id) {
    return unproven(said, "The agent reported success, but named no snapshot");
  }
  return { status, exit_code, error_class: null, error: null, stats };
}

/** True if a snapshot of this run exists: exit 3 makes one too, a warning that names none proves nothing. */
export function madeSnapshot(outcome: Outcome): boolean {
  return (outcome.status === "succeeded" || outcome.status === "warning") &&
    outcome.stats?.snapshot_id !== undefined;
}

/** What a check found; null for other jobs, and for a check that did not get that far. */
export function checkFound(kind: JobKind, outcome: Outcome): CheckStatus | null {
  if (kind !== "check") return null;
  if (outcome.status === "succeeded") return "succeeded";
  return outcome.error_class === "repository_damaged" ? "failed" : null;
}

/**
 * An agent's time, kept between two times the server is sure of: a wrong clock must not hide a gap.
 * When the server's own clock was set back between the two, now is the limit: nothing ended tomorrow.
 */
export function within(at: string, low_ms: number, high_ms: number): number {
  return Math.min(high_ms, Math.max(low_ms, Date.parse(at)));
}

/** An agent's time as the server's clock would have had it. A small difference may be the network's. */
export function withoutSkew(at: string, skew_seconds: number | null): string {
  if (skew_seconds === null || Math.abs(skew_seconds) < SKEW_MIN_SECONDS) return at;
  return iso(Date.parse(at) - skew_seconds * 1000);
}

function unproven(said: JobFinished, error: string): Outcome {
  const { exit_code, stats } = said;
  return { status: "failed", exit_code, error_class: "bad_output", error, stats };
}

function fallbackClass(status: FinalJobStatus): ErrorClass {
  if (status === "cancelled") return "cancelled";
  if (status === "interrupted") return "agent_restarted";
  return "unknown";
}
