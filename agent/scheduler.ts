/** @module Fires schedules: makes the job of each due run and lets the runner have it. */
import { messageOf } from "./errors.ts";
import type { AgentLog } from "./log.ts";
import type { DueRun, Schedules } from "./schedules.ts";
import type { Timing } from "./timing.ts";

/** Also a clock that was set or a machine that slept is noticed within this. */
const LOOK_MS = 60_000;

export interface SchedulerOptions {
  schedules: Schedules;
  timing: Timing;
  log: AgentLog;
  /** True while a job of this schedule waits or runs. */
  isBusy(schedule_id: string): boolean;
  /** Keeps the run's job and its report. Called in the transaction that marks the run. */
  accept(run: DueRun): void;
  /** The run is left out: the one before is not over. */
  noteSkipped(run: DueRun): void;
  /** The job is kept for good: begin when possible. */
  poke(): void;
}

export class Scheduler {
  readonly #o: SchedulerOptions;
  readonly #stopping = new AbortController();
  #changed = new AbortController();
  #worker: Promise<void> | undefined;

  constructor(options: SchedulerOptions) {
    this.#o = options;
  }

  start(): void {
    this.#worker = this.#work();
  }

  /** Looks again at once: other schedules are in force. */
  poke(): void {
    this.#changed.abort();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#worker;
  }

  async #work(): Promise<void> {
    const { timing, schedules } = this.#o;
    while (!this.#stopping.signal.aborted) {
      this.#changed = new AbortController();
      this.#fireAll();
      const signal = AbortSignal.any([this.#changed.signal, this.#stopping.signal]);
      const next_ms = schedules.nextStart();
      if (next_ms === undefined) await aborted(signal);
      else await timing.sleep(Math.min(LOOK_MS, Math.max(0, next_ms - timing.now_ms())), signal);
    }
  }

  /** A full disk ends nothing: what could not be written down is due at the next look, too. */
  #fireAll(): void {
    try {
      for (const run of this.#o.schedules.due()) this.#fire(run);
    } catch (error) {
      this.#o.log.error(`cannot fire schedules, trying again: ${messageOf(error)}`);
    }
  }

  #fire(run: DueRun): void {
    const { schedules, isBusy, accept, noteSkipped, poke, log } = this.#o;
    if (isBusy(run.schedule.id)) {
      log.warn(`skipped a run of schedule ${run.schedule.id}: the one before is not over`);
      schedules.handle(run);
      return noteSkipped(run);
    }
    schedules.handle(run, () => accept(run));
    poke();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true })
  );
}
