import type { StatementSync } from "node:sqlite";
import type { Database } from "../db/database.ts";
import type { RepositoryDay } from "../protocol/entities.ts";

/** SQL of what each repository held at the end of each day. */
export class RepositoryDaysStore {
  readonly #put: StatementSync;
  readonly #dropBefore: StatementSync;
  readonly #since: StatementSync;

  constructor(db: Database) {
    this.#put = db.prepare(`
      INSERT INTO repository_days
        (repository_id, day, size_bytes, snapshot_count, dedup_ratio, compression_ratio)
      SELECT id, :day, :size_bytes, :snapshot_count, :dedup_ratio, :compression_ratio
      FROM repositories WHERE host_id = :host_id
      ON CONFLICT (repository_id, day) DO UPDATE SET size_bytes = excluded.size_bytes,
        snapshot_count = excluded.snapshot_count, dedup_ratio = excluded.dedup_ratio,
        compression_ratio = excluded.compression_ratio`);
    this.#dropBefore = db.prepare(`
      DELETE FROM repository_days WHERE day < :day
        AND repository_id IN (SELECT id FROM repositories WHERE host_id = :host_id)`);
    this.#since = db.prepare(`
      SELECT day, size_bytes, snapshot_count, dedup_ratio, compression_ratio
      FROM repository_days WHERE repository_id = :repository_id AND day >= :day ORDER BY day`);
  }

  /** Notes the figures of a day; the last of a day stay. */
  put(host_id: string, day: RepositoryDay): void {
    const { size_bytes, snapshot_count, dedup_ratio, compression_ratio } = day;
    this.#put.run({
      ...{ host_id, day: day.day, size_bytes, snapshot_count, dedup_ratio, compression_ratio },
    });
  }

  dropBefore(host_id: string, day: string): void {
    this.#dropBefore.run({ host_id, day });
  }

  /** The days from this one on that have figures, oldest first. */
  since(repository_id: string, day: string): RepositoryDay[] {
    return this.#since.all({ repository_id, day }).map((row) => ({ ...row }) as never);
  }
}
