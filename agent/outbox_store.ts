import type { DatabaseSync } from "node:sqlite";

export interface OutboxRow {
  /** Order of sending, over all runs. */
  position: number;
  run_id: string;
  seq: number;
  job_id: string | null;
  /** The message as it goes over the wire. */
  body: string;
  lines: number;
  /** Above 0: a marker that stands for this many lines. */
  dropped_lines: number;
}

export type NewOutboxRow = Omit<OutboxRow, "position" | "dropped_lines"> & {
  class: "result" | "log";
};

const COLUMNS = "position, run_id, seq, job_id, body, lines, dropped_lines";

/** Reports that the server has not yet acknowledged. */
export class OutboxStore {
  readonly #append;
  readonly #after;
  readonly #remove;
  readonly #count;
  readonly #jobIds;
  readonly #logBytes;
  readonly #oldestLogs;
  readonly #marker;
  readonly #replace;
  constructor(db: DatabaseSync) {
    this.#append = db.prepare(
      "INSERT INTO outbox (run_id, seq, class, job_id, body, lines) VALUES (?, ?, ?, ?, ?, ?)",
    );
    this.#after = db.prepare(
      `SELECT ${COLUMNS} FROM outbox WHERE position > ? ORDER BY position LIMIT ?`,
    );
    this.#remove = db.prepare("DELETE FROM outbox WHERE run_id = ? AND seq = ?");
    this.#count = db.prepare("SELECT count(*) AS n FROM outbox");
    this.#jobIds = db.prepare(
      `SELECT job_id FROM outbox WHERE job_id IS NOT NULL
       GROUP BY job_id ORDER BY min(position)`,
    );
    this.#logBytes = db.prepare(
      "SELECT coalesce(sum(octet_length(body)), 0) AS n FROM outbox WHERE class = 'log'",
    );
    this.#oldestLogs = db.prepare(
      `SELECT ${COLUMNS} FROM outbox WHERE class = 'log' AND dropped_lines = 0
       ORDER BY position LIMIT ?`,
    );
    this.#marker = db.prepare(
      `SELECT ${COLUMNS} FROM outbox WHERE job_id = ? AND dropped_lines > 0 LIMIT 1`,
    );
    this.#replace = db.prepare(
      "UPDATE outbox SET body = ?, lines = 1, dropped_lines = ? WHERE position = ?",
    );
  }
  append(row: NewOutboxRow): void {
    this.#append.run(row.run_id, row.seq, row.class, row.job_id, row.body, row.lines);
  }
  /** What comes after a position, in order of sending. */
  after(position: number, limit: number): OutboxRow[] {
    return this.#after.all(position, limit) as unknown as OutboxRow[];
  }
  remove(run_id: string, seq: number): void {
    this.#remove.run(run_id, seq);
  }
  count(): number {
    return (this.#count.get() as { n: number }).n;
  }
  /** Jobs of which something is still to be acknowledged. */
  /** Those whose reports are sent next come first: these the server may know of. */
  jobIds(): string[] {
    return (this.#jobIds.all() as { job_id: string }[]).map((row) => row.job_id);
  }
  logBytes(): number {
    return (this.#logBytes.get() as { n: number }).n;
  }
  /** Log batches that are not markers, oldest first. */
  oldestLogs(limit: number): OutboxRow[] {
    return this.#oldestLogs.all(limit) as unknown as OutboxRow[];
  }
  /** The row that stands for this job's dropped lines. */
  marker(job_id: string): OutboxRow | undefined {
    return this.#marker.get(job_id) as unknown as OutboxRow | undefined;
  }
  /** Turns a batch into the marker of `dropped_lines` lines. */
  replace(position: number, body: string, dropped_lines: number): void {
    this.#replace.run(body, dropped_lines, position);
  }
}
