/** @module A job's row as the world sees it. Pure. */
import { iso, isoOrNull } from "../clock.ts";
import type { Job } from "../protocol/entities.ts";
import { hintFor } from "./job_hints.ts";
import type { JobRow } from "./jobs_store.ts";

/** A job as it is shown; `connected` says whether its host can be reached now. */
export function toJob(row: JobRow, connected: boolean): Job {
  return {
    id: row.id,
    host_id: row.host_id,
    host_name: row.host_name,
    repository_id: row.repository_id,
    kind: row.kind,
    status: row.status,
    actor_kind: row.actor_kind,
    actor_id: row.actor_id,
    actor_name: row.actor_name,
    schedule_id: row.schedule_id,
    due_at: isoOrNull(row.due_at_ms),
    is_catch_up: row.is_catch_up,
    backup_set: row.options.backup_set,
    bandwidth: row.options.bandwidth,
    read_data: row.options.read_data ?? null,
    queued_at: iso(row.queued_at_ms),
    dispatched_at: isoOrNull(row.dispatched_at_ms),
    started_at: isoOrNull(row.started_at_ms),
    finished_at: isoOrNull(row.finished_at_ms),
    expires_at: iso(row.expires_at_ms),
    cancel_requested_at: isoOrNull(row.cancel_requested_at_ms),
    exit_code: row.exit_code,
    error_class: row.error_class,
    error: row.error,
    hint: hintFor(row.error_class),
    stats: row.stats,
    log_lines: row.log_lines,
    log_truncated: row.log_truncated,
    log_dropped_lines: row.log_dropped_lines,
    log_removed_at: isoOrNull(row.log_removed_at_ms),
    waiting_for: waitingFor(row, connected),
  };
}

/**
 * What a job waits for, as the end of "Waits for …"; null if it can go, or has begun. One that was sent
 * to a host whose socket then turned out to be broken waits for that host like one that was not.
 */
export function waitingFor(row: JobRow, connected: boolean): string | null {
  if (row.status === "dispatched" && !connected) return `${row.host_name} to connect`;
  if (row.status !== "queued") return null;
  const first = row.blocked_by;
  if (first !== null && !first.queued) return onSameRepository(first);
  if (!connected) return `${row.host_name} to connect`;
  return first === null ? null : onSameRepository(first);
}

/** Named by the digits that pages show of a job. */
function onSameRepository(first: { id: string; kind: string }): string {
  return `${first.kind} ${first.id.slice(-8)} on the same repository`;
}
