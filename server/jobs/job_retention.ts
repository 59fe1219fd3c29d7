/**
 * @module How long jobs, their logs and the days of hosts are kept. Everything is done in steps, each
 * in a transaction of its own: a generator stops after each of them and can be left at any time.
 */
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { JobLogsStore } from "./job_logs_store.ts";
import { JobRetentionStore, type LogSize } from "./job_retention_store.ts";

export interface JobRetentionLimits {
  /** Logs of jobs that ended longer ago than this are removed. */
  log_days: number;
  /** All logs of ended jobs together; beyond it those of the jobs that ended first go. */
  log_total_bytes: number;
  /** Jobs that were queued longer ago than this are removed. */
  job_days: number;
}

/** What is kept unless the settings say otherwise. */
export const JOB_RETENTION: JobRetentionLimits = {
  log_days: 90,
  log_total_bytes: 4 * 1024 ** 3,
  job_days: 400,
};

export interface JobRetentionDeps {
  db: Database;
  clock: Clock;
  logs: JobLogsStore;
  limits: JobRetentionLimits;
}

const DAY_MS = 86_400_000;
const STEP_ROWS = 500;
/** Read from an index alone. */
const STEP_SIZES = 5000;
const STEP_JOBS = 100;
const STEP_LINES = { rows: 1000, bytes: 1024 * 1024 };

export class JobRetention {
  readonly #deps: JobRetentionDeps;
  readonly #store: JobRetentionStore;

  constructor(deps: JobRetentionDeps) {
    this.#deps = deps;
    this.#store = new JobRetentionStore(deps.db);
  }

  /** Removes what is beyond its limit, one step per value. Open jobs and their logs are not touched. */
  *work(now_ms: number): Generator<void> {
    const { log_days, job_days, log_total_bytes } = this.#deps.limits;
    yield* this.#removeLogs(now_ms - log_days * DAY_MS);
    const full_ms = yield* this.#whereLogsAreFull(log_total_bytes);
    if (full_ms !== undefined) yield* this.#removeLogs(full_ms);
    yield* this.#removeJobs(now_ms - job_days * DAY_MS);
    yield* this.#removeDays(this.#deps.clock.dayOf(now_ms - job_days * DAY_MS));
    yield* this.#removeLeftLines();
  }

  /** The log is gone for everybody at once; its lines go afterwards. */
  *#removeLogs(until_ms: number): Generator<void> {
    const { db, clock, logs } = this.#deps;
    for (;;) {
      const ids = this.#store.logsBefore(until_ms, STEP_ROWS);
      if (ids.length === 0) return;
      db.transaction(() => {
        for (const id of ids) {
          this.#store.setLogRemoved(id, clock.now_ms());
          logs.leave(id);
        }
      });
      yield;
    }
  }

  /** Sums from the newest log on; answers when the job ended whose log is too much. */
  *#whereLogsAreFull(limit_bytes: number): Generator<void, number | undefined> {
    let after: LogSize = { finished_at_ms: Number.MAX_SAFE_INTEGER, bytes: 0, rowid: 0 };
    let bytes = 0;
    for (;;) {
      const sizes = this.#store.logSizes(after, STEP_SIZES);
      for (const size of sizes) if ((bytes += size.bytes) > limit_bytes) return size.finished_at_ms;
      if (sizes.length < STEP_SIZES) return undefined;
      after = sizes.at(-1)!;
      yield;
    }
  }

  *#removeJobs(until_ms: number): Generator<void> {
    let after = { queued_at_ms: 0, rowid: 0 };
    for (;;) {
      const rows = this.#store.jobsBefore(after, { until_ms, limit: STEP_ROWS });
      if (rows.length === 0) return;
      this.#store.removeJobs(rows.map((row) => row.rowid));
      after = rows.at(-1)!;
      yield;
    }
  }

  *#removeDays(day: string): Generator<void> {
    while (this.#store.removeDays(day, STEP_ROWS)) yield;
  }

  *#removeLeftLines(): Generator<void> {
    while (this.#deps.db.transaction(() => this.#removeSomeLeft())) yield;
  }

  /** Of as many jobs as it takes. False once nothing is left. */
  #removeSomeLeft(): boolean {
    const { logs } = this.#deps;
    let { rows, bytes } = STEP_LINES;
    for (let jobs = 0; jobs < STEP_JOBS && rows > 0 && bytes > 0; jobs++) {
      const job_id = logs.left();
      if (job_id === undefined) return jobs > 0;
      const removed = logs.removeSome(job_id, { rows, bytes });
      rows -= removed.rows;
      bytes -= removed.bytes;
    }
    return true;
  }
}
