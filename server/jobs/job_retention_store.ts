/** @module What of the tables of jobs is old enough to go: found by index, in small pieces. */
import type { StatementSync } from "node:sqlite";
import type { Database } from "../db/database.ts";

/** A log as far as removing it needs: how large, of a job that ended when. */
export interface LogSize {
  rowid: number;
  finished_at_ms: number;
  bytes: number;
}

const WITH_LOG = "finished_at_ms IS NOT NULL AND log_lines > 0 AND log_removed_at_ms IS NULL";

/** The newest run of its kind that succeeded, and what the host's page speaks of, stay. */
const DISPENSABLE = `j.finished_at_ms IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM hosts h WHERE h.id = j.host_id
    AND j.id IN (h.last_backup_job_id, h.current_job_id))
  AND (j.status <> 'succeeded' OR EXISTS (SELECT 1 FROM jobs n WHERE n.host_id = j.host_id
    AND n.queued_at_ms > j.queued_at_ms AND n.kind = j.kind AND n.status = 'succeeded'))`;

export class JobRetentionStore {
  readonly #logsBefore: StatementSync;
  readonly #logSizes: StatementSync;
  readonly #logRemoved: StatementSync;
  readonly #jobsBefore: StatementSync;
  readonly #removeJobs: StatementSync;
  readonly #removeDays: StatementSync;

  constructor(db: Database) {
    this.#logsBefore = db.prepare(`
      SELECT id FROM jobs WHERE ${WITH_LOG} AND finished_at_ms <= :until_ms
      ORDER BY finished_at_ms LIMIT :limit`);
    this.#logSizes = db.prepare(`
      SELECT rowid, finished_at_ms, log_bytes AS bytes FROM jobs INDEXED BY jobs_with_log
      WHERE ${WITH_LOG} AND (finished_at_ms, log_bytes, rowid) < (:finished_at_ms, :bytes, :rowid)
      ORDER BY finished_at_ms DESC, log_bytes DESC, rowid DESC LIMIT :limit`);
    this.#logRemoved = db.prepare("UPDATE jobs SET log_removed_at_ms = :at_ms WHERE id = :id");
    this.#jobsBefore = db.prepare(`
      SELECT rowid, queued_at_ms FROM jobs
      WHERE (queued_at_ms, rowid) > (:after_ms, :after_rowid) AND queued_at_ms < :until_ms
      ORDER BY queued_at_ms, rowid LIMIT :limit`);
    this.#removeJobs = db.prepare(`
      DELETE FROM jobs AS j
      WHERE j.rowid IN (SELECT value FROM json_each(:rowids)) AND ${DISPENSABLE}`);
    this.#removeDays = db.prepare(`
      DELETE FROM host_days WHERE (host_id, day) IN (
        SELECT host_id, day FROM host_days WHERE day < :day LIMIT :limit)`);
  }

  /** Jobs with a log that ended by then, those that ended first before the others. */
  logsBefore(until_ms: number, limit: number): string[] {
    return this.#logsBefore.all({ until_ms, limit }).map((row) => row.id as string);
  }

  /** The logs after this one, from the newest to the oldest. */
  logSizes(after: LogSize, limit: number): LogSize[] {
    return this.#logSizes.all({ ...after, limit }) as unknown as LogSize[];
  }

  setLogRemoved(id: string, at_ms: number): void {
    this.#logRemoved.run({ id, at_ms });
  }

  /** Rows of jobs in the order of their queueing. */
  jobsBefore(
    after: { queued_at_ms: number; rowid: number },
    { until_ms, limit }: { until_ms: number; limit: number },
  ): { queued_at_ms: number; rowid: number }[] {
    const rows = this.#jobsBefore.all({
      ...{ after_ms: after.queued_at_ms, after_rowid: after.rowid, until_ms, limit },
    });
    return rows as unknown as { queued_at_ms: number; rowid: number }[];
  }

  /** Removes those of these rows that nothing speaks of any more. */
  removeJobs(rowids: readonly number[]): void {
    this.#removeJobs.run({ rowids: JSON.stringify(rowids) });
  }

  /** Removes days before this one. False if there were fewer than `limit`. */
  removeDays(day: string, limit: number): boolean {
    return Number(this.#removeDays.run({ day, limit }).changes) === limit;
  }
}
