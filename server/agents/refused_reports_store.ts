import type { StatementSync } from "node:sqlite";
import type { Database } from "../db/database.ts";

export interface RefusedReportRow {
  host_id: string;
  run_id: string;
  seq: number;
  type: string;
  reason: string;
  /** The frame as it came. */
  text: string;
  at_ms: number;
}

/** SQL of refused_reports. */
export class RefusedReportsStore {
  #insert: StatementSync;
  #count: StatementSync;
  #remove_before: StatementSync;

  constructor(db: Database) {
    this.#insert = db.prepare(
      `INSERT INTO refused_reports (host_id, run_id, seq, type, reason, text, at_ms)
       VALUES (:host_id, :run_id, :seq, :type, :reason, :text, :at_ms)`,
    );
    this.#remove_before = db.prepare(
      `DELETE FROM refused_reports WHERE (host_id, run_id, seq) IN (
         SELECT host_id, run_id, seq FROM refused_reports WHERE at_ms < :before_ms LIMIT :limit)`,
    );
    this.#count = db.prepare("SELECT count(*) AS n FROM refused_reports WHERE host_id = :host_id");
  }

  insert(row: RefusedReportRow): void {
    this.#insert.run({ ...row });
  }

  /** Removes at most `limit` that were set aside before. False if there were fewer. */
  removeBefore(before_ms: number, limit: number): boolean {
    return Number(this.#remove_before.run({ before_ms, limit }).changes) === limit;
  }

  /** How many are kept of this host. */
  count(host_id: string): number {
    return this.#count.get({ host_id })!.n as number;
  }
}
