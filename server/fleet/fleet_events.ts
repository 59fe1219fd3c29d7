/** @module Tells open pages what changed. In memory; a page that missed something reads again. */
import type { ChangeFeed } from "../ports.ts";
import type { Change } from "./change.ts";
import { EventStreams } from "./event_streams.ts";

export type { Change } from "./change.ts";

type Sink = (change: Change) => void;

/** Least time between two notices, in ms. */
const INTERVAL_MS = 1000;

/** Collects changes and hands them out at most once per second, coalesced. */
export class FleetEvents implements ChangeFeed {
  readonly #sinks = new Set<Sink>();
  readonly #host_ids = new Set<string>();
  readonly #job_ids = new Set<string>();
  readonly #later: (run: () => void, ms: number) => () => void;
  /** The open pages that are told by server-sent events. */
  readonly streams: EventStreams = new EventStreams(this);
  #cancelTimer: (() => void) | undefined;
  #quiet = true;

  /** `later` runs something after some ms and answers how to cancel it. */
  constructor(later: (run: () => void, ms: number) => () => void = systemTimer) {
    this.#later = later;
  }

  /** Notes a change: the first after a quiet second is told at once, the next with others. */
  publish(change: { host_id?: string; job_id?: string }): void {
    if (this.#sinks.size === 0) return; // Nobody listens, and nobody is owed what was before.
    if (change.host_id !== undefined) this.#host_ids.add(change.host_id);
    if (change.job_id !== undefined) this.#job_ids.add(change.job_id);
    if (!this.#quiet) return;
    this.#quiet = false;
    this.#arm(0);
  }

  /** Calls `sink` for each change until the returned function is called. */
  subscribe(sink: Sink): () => void {
    const own: Sink = (change) => sink(change);
    this.#sinks.add(own);
    return () => {
      this.#sinks.delete(own);
      if (this.#sinks.size === 0) this.#rest();
    };
  }

  #arm(ms: number): void {
    this.#cancelTimer = this.#later(() => this.#tell(), ms);
  }

  #tell(): void {
    if (this.#host_ids.size === 0 && this.#job_ids.size === 0) return this.#rest();
    const change = { host_ids: [...this.#host_ids], job_ids: [...this.#job_ids] };
    this.#host_ids.clear();
    this.#job_ids.clear();
    for (const sink of [...this.#sinks]) {
      try {
        sink(change);
      } catch {
        // A page that cannot be told is gone; the others are told all the same.
        this.#sinks.delete(sink);
      }
    }
    this.#arm(INTERVAL_MS);
  }

  #rest(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#host_ids.clear();
    this.#job_ids.clear();
    this.#quiet = true;
  }
}

function systemTimer(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}
