/** @module The rows of job_logs, and of left_logs: the jobs whose lines are still to be removed. */
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
  readonly #setPayload: StatementSync;
  readonly #after: StatementSync;
  readonly #leave: StatementSync;
  readonly #left: StatementSync;
  readonly #gone: StatementSync;
  readonly #sizes: StatementSync;
  readonly #removeUpTo: StatementSync;

  constructor(db: Database) {
    this.#insert = db.prepare(`
      INSERT OR IGNORE INTO job_logs (job_id, seq, ts_ms, stream, payload)
      VALUES (:job_id, :seq, :ts_ms, :stream, :payload)`);
    this.#setPayload = db.prepare(
      "UPDATE job_logs SET payload = :payload WHERE job_id = :job_id AND seq = :seq",
    );
    this.#after = db.prepare(`
      SELECT seq, ts_ms, stream, payload FROM job_logs
      WHERE job_id = :job_id AND seq > :after_seq ORDER BY seq LIMIT :limit`);
    this.#leave = db.prepare("INSERT OR IGNORE INTO left_logs (job_id) VALUES (:job_id)");
    this.#left = db.prepare("SELECT job_id FROM left_logs LIMIT 1");
    this.#gone = db.prepare("DELETE FROM left_logs WHERE job_id = :job_id");
    this.#sizes = db.prepare(`
      SELECT seq, octet_length(payload) AS bytes FROM job_logs
      WHERE job_id = :job_id ORDER BY seq LIMIT :limit`);
    this.#removeUpTo = db.prepare(
      "DELETE FROM job_logs WHERE job_id = :job_id AND seq <= :seq",
    );
  }

  /** Adds a line. False if a line with this number is there already. */
  insert(job_id: string, line: LogLine): boolean {
    const { seq, stream, payload } = line;
    const ts_ms = Date.parse(line.ts);
    return this.#insert.run({ job_id, seq, ts_ms, stream, payload }).changes === 1;
  }

  /** Changes the text of one line. */
  setPayload(job_id: string, seq: number, payload: string): void {
    this.#setPayload.run({ job_id, seq, payload });
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

  /** Leaves the lines of this job to be removed in steps. */
  leave(job_id: string): void {
    this.#leave.run({ job_id });
  }

  /** A job whose lines are to be removed. A job that is deleted leaves its lines by a trigger. */
  left(): string | undefined {
    return this.#left.get()?.job_id as string | undefined;
  }

  /** Removes the first lines of a job, as many as fit both limits and at least one. False: no more. */
  removeSome(job_id: string, most: { rows: number; bytes: number }): boolean {
    const rows = this.#sizes.all({ job_id, limit: most.rows }) as { seq: number; bytes: number }[];
    let bytes = 0;
    const end = rows.findIndex((row) => (bytes += row.bytes) > most.bytes);
    const last = end === -1 ? rows.at(-1) : rows[Math.max(0, end - 1)];
    if (last !== undefined) this.#removeUpTo.run({ job_id, seq: last.seq });
    if (end !== -1 || rows.length === most.rows) return true;
    this.#gone.run({ job_id });
    return false;
  }
}
