/** @module One SQLite connection, transactions that nest by joining, and effects after COMMIT. */
import type { DatabaseSync, StatementSync } from "node:sqlite";

export class Database {
  readonly sqlite: DatabaseSync;
  #depth = 0;
  #after_commit: (() => void)[] = [];

  constructor(sqlite: DatabaseSync) {
    this.sqlite = sqlite;
  }

  prepare(sql: string): StatementSync {
    return this.sqlite.prepare(sql);
  }

  /** True inside {@link transaction}. */
  get inTransaction(): boolean {
    return this.#depth > 0;
  }

  /** Runs `work` in one IMMEDIATE transaction; inside another one it joins that. `work` is synchronous. */
  transaction<T>(work: () => T): T {
    if (this.#depth > 0) return work();
    this.sqlite.exec("BEGIN IMMEDIATE");
    this.#depth = 1;
    let result: T;
    try {
      result = work();
      this.sqlite.exec("COMMIT");
    } catch (error) {
      this.#after_commit = [];
      this.#depth = 0;
      if (this.sqlite.isTransaction) this.sqlite.exec("ROLLBACK");
      throw error;
    }
    this.#depth = 0;
    const effects = this.#after_commit;
    this.#after_commit = [];
    runAll(effects);
    return result;
  }

  /** Runs `effect` once the surrounding transaction is committed; at once if there is none. */
  afterCommit(effect: () => void): void {
    if (this.#depth > 0) this.#after_commit.push(effect);
    else effect();
  }

  /** False once it was closed: what works in steps ends there. */
  get isOpen(): boolean {
    return this.sqlite.isOpen;
  }

  close(): void {
    this.sqlite.close();
  }
}

/** Runs every effect even if one of them throws; throws the first error at the end. */
function runAll(effects: (() => void)[]): void {
  const errors: unknown[] = [];
  for (const effect of effects) {
    try {
      effect();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
