/**
 * @module What is known of running jobs beyond their rows: latest progress and the time of the last
 * news. In memory only; after a restart it is empty until the agents speak again.
 */
import type { JobProgress } from "../protocol/agent_messages.ts";
import { hasMoved } from "../protocol/job_movement.ts";

export interface JobNews {
  progress: JobProgress | undefined;
  /** When anything was last heard of this job. */
  news_at_ms: number;
  /** When bytes, files or lines last grew: the same progress again is no movement. */
  moved_at_ms: number;
}

export class JobNewsBoard {
  readonly #news = new Map<string, JobNews>();
  readonly #since_ms: number;

  /** Before `now_ms`, when it begins, it has heard of nothing, and holds that against no job. */
  constructor(now_ms: number) {
    this.#since_ms = now_ms;
  }

  get(job_id: string): JobNews | undefined {
    return this.#news.get(job_id);
  }

  /** When a running job that began then last moved, as far as is known. */
  movedAt(job_id: string, began_ms: number): number {
    return this.#news.get(job_id)?.moved_at_ms ?? Math.max(began_ms, this.#since_ms);
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
