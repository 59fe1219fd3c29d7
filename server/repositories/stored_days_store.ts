import type { StatementSync } from "node:sqlite";
import type { Database } from "../db/database.ts";

/** SQL of how much all repositories together changed on each day. */
export class StoredDaysStore {
  readonly #add: StatementSync;
  readonly #dropBefore: StatementSync;
  readonly #all: StatementSync;

  constructor(db: Database) {
    this.#add = db.prepare(`
      INSERT INTO stored_days (day, change_bytes) VALUES (:day, :change_bytes)
      ON CONFLICT (day) DO UPDATE SET change_bytes = change_bytes + excluded.change_bytes`);
    this.#dropBefore = db.prepare("DELETE FROM stored_days WHERE day < :day");
    this.#all = db.prepare("SELECT day, change_bytes FROM stored_days");
  }

  add(day: string, change_bytes: number): void {
    this.#add.run({ day, change_bytes });
  }

  dropBefore(day: string): void {
    this.#dropBefore.run({ day });
  }

  /** The change of each day that had one. */
  changes(): Map<string, number> {
    return new Map(this.#all.all().map((row) => [row.day as string, Number(row.change_bytes)]));
  }
}
