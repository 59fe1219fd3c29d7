/** @module Timers that a test can drive. */

export interface Scheduler {
  /** Calls `run` once after `ms` milliseconds, unless the answered function is called before. */
  after(ms: number, run: () => void): () => void;
}

export const systemScheduler: Scheduler = {
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
