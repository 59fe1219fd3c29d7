/** @module Small facts about this installation, one text per key. */
import type { Database } from "./database.ts";
import { MetaStore } from "./meta_store.ts";

export class Meta {
  readonly #store: MetaStore;
  constructor(db: Database) {
    this.#store = new MetaStore(db);
  }
  /** The text kept under this key, or undefined. */
  get(key: string): string | undefined {
    return this.#store.get(key);
  }
  /** Keeps a text under this key in place of the one before. */
  set(key: string, value: string): void {
    this.#store.set(key, value);
  }
  /** Raised by agents/epochs.ts when the database is an earlier copy; part of what commands are signed over. */
  get epoch(): number {
    return Number(this.#store.get("epoch") ?? "1");
  }
}
