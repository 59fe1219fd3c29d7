import type { StatementSync } from "node:sqlite";
import { isoOrNull } from "../clock.ts";
import type { Database } from "../db/database.ts";
import { type Repository, RepositoryLock } from "../protocol/entities.ts";

/** SQL of who holds locks in repositories. */
export class RepositoryLocksStore {
  readonly #put: StatementSync;

  constructor(db: Database) {
    this.#put = db.prepare(
      `UPDATE repositories SET locks = :locks, locks_at_ms = :now_ms, lock_state = :lock_state
       WHERE host_id = :host_id`,
    );
  }

  /** Keeps what an agent saw just now. */
  put(host_id: string, seen: readonly RepositoryLock[], now_ms: number): void {
    const lock_state = seen.some((lock) => lock.exclusive) ? "locked" : "unlocked";
    this.#put.run({ host_id, locks: JSON.stringify(seen), now_ms, lock_state });
  }
}

/** The locks in a repository's row. */
export function locksOf(row: Record<string, unknown>): Pick<Repository, "locks" | "locks_at"> {
  const locks = row.locks as string | null;
  return {
    locks: locks === null ? null : RepositoryLock.array().parse(JSON.parse(locks)),
    locks_at: isoOrNull(row.locks_at_ms as number | null),
  };
}
