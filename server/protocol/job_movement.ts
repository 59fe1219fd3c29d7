/**
 * @module When a running job counts as stalled: the one definition of server, overview and job page.
 * No zod: islands load this. A job moves when bytes or files grow, its phase changes, or it logs a
 * line; the same progress again is news, but no movement.
 */
import type { JobProgress } from "./agent_messages.ts";
import { STALLED_AFTER_SECONDS } from "./limits.ts";

/** True if the later progress shows that something was done since the earlier one. */
export function hasMoved(before: JobProgress, after: JobProgress): boolean {
  return after.bytes_done !== before.bytes_done || after.files_done !== before.files_done ||
    after.percent_done !== before.percent_done || after.phase !== before.phase;
}

/** True if a running job that moved last at this time counts as stalled. */
export function isStalled(moved_at_ms: number, now_ms: number): boolean {
  return now_ms - moved_at_ms >= STALLED_AFTER_SECONDS * 1000;
}
