/**
 * @module What is known of running jobs beyond their rows: latest progress and the time of the last
 * news. In memory only; after a restart it is empty until the agents speak again.
 */
import type { JobProgress } from "../protocol/agent_messages.ts";
import { STALLED_AFTER_SECONDS } from "../protocol/limits.ts";

export interface JobNews {
  progress: JobProgress | undefined;
  /** When anything was last heard of this job. */
  news_at_ms: number;
  /** When bytes, files or lines last grew: the same progress again is no movement. */
  moved_at_ms: number;
}

export class JobNewsBoard {
  readonly #news = new Map<string, JobNews>();

  get(job_id: string): JobNews | undefined {
    return this.#news.get(job_id);
  }

  /** Notes progress. It counts as movement only if something grew or the phase changed. */
  progress(progress: JobProgress, now_ms: number): void {
    const before = this.#news.get(progress.job_id);
    const moved = before?.progress === undefined || hasMoved(before.progress, progress);
    const moved_at_ms = moved ? now_ms : before!.moved_at_ms;
    this.#news.set(progress.job_id, { progress, news_at_ms: now_ms, moved_at_ms });
  }

  /** Notes any other sign of life: the start, or log lines. */
  moved(job_id: string, now_ms: number): void {
    const progress = this.#news.get(job_id)?.progress;
    this.#news.set(job_id, { progress, news_at_ms: now_ms, moved_at_ms: now_ms });
  }

  forget(job_id: string): void {
    this.#news.delete(job_id);
  }
}

/** True if a running job has not moved for 15 minutes. */
export function isStalled(moved_at_ms: number, now_ms: number): boolean {
  return now_ms - moved_at_ms >= STALLED_AFTER_SECONDS * 1000;
}

function hasMoved(before: JobProgress, after: JobProgress): boolean {
  return after.bytes_done !== before.bytes_done || after.files_done !== before.files_done ||
    after.percent_done !== before.percent_done || after.phase !== before.phase;
}
