/** @module Small facts about this installation, one text per key. */
import type { Database } from "./database.ts";

export class MetaStore {
  #get;
  #set;
  constructor(db: Database) {
    this.#get = db.prepare("SELECT value FROM meta WHERE key = :key");
    this.#set = db.prepare(
      `INSERT INTO meta (key, value) VALUES (:key, :value)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    );
  }
  get(key: string): string | undefined {
    return this.#get.get({ key })?.["value"] as string | undefined;
  }
  set(key: string, value: string): void {
    this.#set.run({ key, value });
  }
  /** Raised when the database is restored from a copy; part of what commands are signed over. */
  get epoch(): number {
    return Number(this.get("epoch") ?? "1");
  }
}
