/** @module Fan-out of one job's messages to the browsers that watch it. In memory only. */
import type { JobStreamMessage } from "../protocol/job_stream.ts";

export type JobSink = (message: JobStreamMessage) => void;

export class JobStream {
  readonly #sinks = new Map<string, Set<JobSink>>();

  /** Calls `sink` for each message of this job until the returned function is called. */
  subscribe(job_id: string, sink: JobSink): () => void {
    // A wrapper of its own, so that one function can subscribe twice and stop once.
    const own: JobSink = (message) => sink(message);
    const sinks = this.#sinks.get(job_id) ?? new Set();
    this.#sinks.set(job_id, sinks.add(own));
    return () => {
      sinks.delete(own);
      if (sinks.size === 0 && this.#sinks.get(job_id) === sinks) this.#sinks.delete(job_id);
    };
  }

  /** Hands a message to everyone who watches this job. Call it after COMMIT. */
  publish(job_id: string, message: JobStreamMessage): void {
    const sinks = this.#sinks.get(job_id);
    if (sinks === undefined) return;
    for (const sink of [...sinks]) {
      try {
        sink(message);
      } catch {
        // A watcher that cannot take a message is gone; the others, and the job, go on.
        sinks.delete(sink);
      }
    }
  }

  /** How many watch this job. */
  watchers(job_id: string): number {
    return this.#sinks.get(job_id)?.size ?? 0;
  }
}
