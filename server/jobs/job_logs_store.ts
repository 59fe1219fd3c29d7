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

/** So many lines, with so much text. */
export interface Amount {
  rows: number;
  bytes: number;
}

/** Rows of one statement: it costs a quarter of as many statements of one row. */
const ROWS_AT_ONCE = 50;
const ROW = "(?, ?, ?, ?, ?)";

export class JobLogsStore {
  readonly #insertOne: StatementSync;
  readonly #insertMany: StatementSync;
  readonly #known: StatementSync;
  readonly #setPayload: StatementSync;
  readonly #after: StatementSync;
  readonly #leave: StatementSync;
  readonly #left: StatementSync;
  readonly #gone: StatementSync;
  readonly #sizes: StatementSync;
  readonly #removeUpTo: StatementSync;

  constructor(db: Database) {
    const insert = (rows: number) =>
      db.prepare(`INSERT INTO job_logs (job_id, seq, ts_ms, stream, payload)
        VALUES ${Array(rows).fill(ROW).join(", ")}`);
    this.#insertOne = insert(1);
    this.#insertMany = insert(ROWS_AT_ONCE);
    this.#known = db.prepare(`
      SELECT seq FROM job_logs WHERE job_id = :job_id AND seq BETWEEN :first AND :last`);
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

  /** Adds lines, none of whose numbers is there. */
  insert(job_id: string, lines: readonly LogLine[]): void {
    const values = ({ seq, ts, stream, payload }: LogLine) =>
      [job_id, seq, Date.parse(ts), stream, payload] as const;
    let at = 0;
    for (; at + ROWS_AT_ONCE <= lines.length; at += ROWS_AT_ONCE) {
      this.#insertMany.run(...lines.slice(at, at + ROWS_AT_ONCE).flatMap(values));
    }
    for (; at < lines.length; at++) this.#insertOne.run(...values(lines[at]!));
  }

  /** The numbers from `first` to `last` that are there. */
  known(job_id: string, first: number, last: number): Set<number> {
    return new Set(this.#known.all({ job_id, first, last }).map((row) => row.seq as number));
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

  /** Removes the first lines of a job, as many as fit both limits and at least one; answers them. */
  removeSome(job_id: string, most: Amount): Amount {
    const rows = this.#sizes.all({ job_id, limit: most.rows }) as { seq: number; bytes: number }[];
    const removed: Amount = { rows: 0, bytes: 0 };
    for (const { bytes } of rows) {
      if (removed.rows > 0 && removed.bytes + bytes > most.bytes) break;
      removed.rows++;
      removed.bytes += bytes;
    }
    const last = rows[removed.rows - 1];
    if (last !== undefined) this.#removeUpTo.run({ job_id, seq: last.seq });
    if (removed.rows === rows.length && rows.length < most.rows) this.#gone.run({ job_id });
    return removed;
  }
}
