import type { StatementSync } from "node:sqlite";
import type { Database } from "../db/database.ts";
import type { EndedCheck } from "./repository_checks.ts";

/** SQL of what checks found. */
export class RepositoryChecksStore {
  readonly #last: StatementSync;
  readonly #put: StatementSync;

  constructor(db: Database) {
    this.#last = db.prepare(
      `SELECT last_check_at_ms, last_check_status, last_check_job_id, last_check_read_data
       FROM repositories WHERE id = :id`,
    );
    this.#put = db.prepare(
      `UPDATE repositories SET last_check_at_ms = :finished_at_ms, last_check_status = :status,
         last_check_job_id = :job_id, last_check_read_data = :read_data WHERE id = :id`,
    );
  }

  /** The columns of the last check; undefined if there is no such repository. */
  last(id: string): Record<string, unknown> | undefined {
    return this.#last.get({ id });
  }

  put(id: string, { read_data, ...check }: EndedCheck): void {
    const json = read_data === null ? null : JSON.stringify(read_data);
    this.#put.run({ id, ...check, read_data: json });
  }
}
