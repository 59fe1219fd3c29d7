/** @module SQL of the facts about this installation. */
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
}
