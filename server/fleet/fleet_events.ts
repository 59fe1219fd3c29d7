/** @module Tells open pages what changed. In memory; a page that missed something reads again. */
import type { ChangeFeed } from "../ports.ts";

export interface Change {
  host_ids: string[];
  job_ids: string[];
}

/** Collects changes and hands them out at most once per second, coalesced. */
export class FleetEvents implements ChangeFeed {
  publish(_change: { host_id?: string; job_id?: string }): void {
    throw new Error("not written yet");
  }
  subscribe(_sink: (change: Change) => void): () => void {
    throw new Error("not written yet");
  }
}
