/** @module The rows of host_days: how the backups of each calendar day ended, for the 30-day strips. */
import type { StatementSync } from "node:sqlite";
import type { Database } from "../db/database.ts";
import type { FinalJobStatus } from "../protocol/entities.ts";

export interface DayEnd {
  host_id: string;
  /** The server's calendar day, as 2026-11-22. */
  day: string;
  status: Exclude<FinalJobStatus, "cancelled">;
}

export interface HostDay {
  host_id: string;
  day: string;
  succeeded: number;
  warning: number;
  failed: number;
  last_status: FinalJobStatus;
}

export class HostDaysStore {
  readonly #add: StatementSync;
  readonly #since: StatementSync;

  constructor(db: Database) {
    this.#add = db.prepare(`
      INSERT INTO host_days (host_id, day, succeeded, warning, failed, last_status)
      VALUES (:host_id, :day, :succeeded, :warning, :failed, :status)
      ON CONFLICT (host_id, day) DO UPDATE SET succeeded = succeeded + excluded.succeeded,
        warning = warning + excluded.warning, failed = failed + excluded.failed,
        last_status = excluded.last_status`);
    this.#since = db.prepare(`
      SELECT d.* FROM json_each(:host_ids) AS wanted
      JOIN host_days d ON d.host_id = wanted.value AND d.day >= :day`);
  }

  /** Counts one more backup that ended on this day. */
  add({ host_id, day, status }: DayEnd): void {
    const succeeded = status === "succeeded" ? 1 : 0;
    const warning = status === "warning" ? 1 : 0;
    this.#add.run({ host_id, day, status, succeeded, warning, failed: 1 - succeeded - warning });
  }

  /** The days of these hosts from `day` on. */
  since(host_ids: string[], day: string): HostDay[] {
    const rows = this.#since.all({ host_ids: JSON.stringify(host_ids), day });
    return rows as unknown as HostDay[];
  }
}
