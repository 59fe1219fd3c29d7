/** @module The rows of job_logs. */
import type { StatementSync } from "node:sqlite";
import { iso } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { LogLine, LogStream } from "../protocol/entities.ts";

interface LogRow {
  seq: number;
  ts_ms: number;
  stream: LogStream;
  payload: string;
}

export class JobLogsStore {
  readonly #insert: StatementSync;
  readonly #after: StatementSync;

  constructor(db: Database) {
    this.#insert = db.prepare(`
      INSERT OR IGNORE INTO job_logs (job_id, seq, ts_ms, stream, payload)
      VALUES (:job_id, :seq, :ts_ms, :stream, :payload)`);
    this.#after = db.prepare(`
      SELECT seq, ts_ms, stream, payload FROM job_logs
      WHERE job_id = :job_id AND seq > :after_seq ORDER BY seq LIMIT :limit`);
  }

  /** Adds a line. False if a line with this number is there already. */
  insert(job_id: string, line: LogLine): boolean {
    const { seq, stream, payload } = line;
    const ts_ms = Date.parse(line.ts);
    return this.#insert.run({ job_id, seq, ts_ms, stream, payload }).changes === 1;
  }

  /** Lines after `after_seq` in order, at most `limit`. */
  after(job_id: string, after_seq: number, limit: number): LogLine[] {
    const rows = this.#after.all({ job_id, after_seq, limit }) as unknown as LogRow[];
    return rows.map(({ seq, ts_ms, stream, payload }) => ({
      seq,
      ts: iso(ts_ms),
      stream,
      payload,
    }));
  }
}
