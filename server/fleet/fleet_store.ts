/** @module Sums over many rows for the overview. Reads only. */
import type { StatementSync } from "node:sqlite";
import type { Database } from "../db/database.ts";
import type { ErrorClass, JobStatus } from "../protocol/entities.ts";
import type { LastTrouble } from "./attention.ts";

export interface FleetCounts {
  hosts: number;
  /** Sent to their agent, or at work there. */
  running: number;
  queued: number;
}

export class FleetStore {
  readonly #counts: StatementSync;
  readonly #ended: StatementSync;
  readonly #troubles: StatementSync;

  constructor(db: Database) {
    this.#counts = db.prepare(`
      SELECT (SELECT count(*) FROM hosts) AS hosts, count(*) AS open,
        coalesce(sum(status = 'queued'), 0) AS queued
      FROM jobs WHERE status IN ('queued', 'dispatched', 'running')`);
    this.#ended = db.prepare(`
      SELECT status, count(*) AS n FROM jobs
      WHERE finished_at_ms >= :since_ms GROUP BY status`);
    this.#troubles = db.prepare(`
      SELECT h.id AS host_id, j.id AS job_id, j.error_class, j.stats
      FROM json_each(:host_ids) AS wanted JOIN hosts h ON h.id = wanted.value
      JOIN jobs j ON j.id = h.last_backup_job_id
      WHERE h.last_backup_status <> 'succeeded'`);
  }

  /** How many hosts there are, and jobs that have not ended. */
  counts(): FleetCounts {
    const row = this.#counts.get()!;
    const queued = Number(row.queued);
    return { hosts: Number(row.hosts), queued, running: Number(row.open) - queued };
  }

  /** How many jobs ended since then, by status. */
  endedCounts(since_ms: number): Map<JobStatus, number> {
    return counts(this.#ended.all({ since_ms }));
  }

  /** By host: the last backup that did not plainly succeed. */
  troubles(host_ids: string[]): Map<string, LastTrouble> {
    return new Map(
      this.#troubles.all({ host_ids: JSON.stringify(host_ids) }).map((
        row,
      ) => [row.host_id as string, {
        job_id: row.job_id as string,
        error_class: row.error_class as ErrorClass | null,
        stats: row.stats === null ? null : JSON.parse(row.stats as string),
      }]),
    );
  }
}

function counts(rows: Record<string, unknown>[]): Map<JobStatus, number> {
  return new Map(rows.map((row) => [row.status as JobStatus, Number(row.n)]));
}
