/** @module Fan-out of one job's messages to the browsers that watch it. In memory only. */
import type { JobStreamMessage } from "../protocol/job_stream.ts";

export class JobStream {
  /** Calls `sink` for each message of this job until the returned function is called. */
  subscribe(_job_id: string, _sink: (message: JobStreamMessage) => void): () => void {
    throw new Error("not written yet");
  }
  publish(_job_id: string, _message: JobStreamMessage): void {
    throw new Error("not written yet");
  }
}
