/** @module One SQLite connection, transactions that nest by joining, and effects after COMMIT. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type StorageFault, storageFaultOf } from "./storage_fault.ts";

export class Database {
  readonly sqlite: DatabaseSync;
  // Statements, since an error of exec() lacks SQLite's code, and a COMMIT is where a disk is full.
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #rollback: StatementSync;
  readonly #begin_part: StatementSync;
  readonly #keep_part: StatementSync;
  readonly #undo_part: StatementSync;
  #depth = 0;
  /** Why SQLite gave up the transaction under way by itself. */
  #given_up: { error: unknown } | undefined;
  #after_commit: (() => void)[] = [];
  #write_fault: StorageFault | undefined;

  constructor(sqlite: DatabaseSync) {
    this.sqlite = sqlite;
    this.#begin = sqlite.prepare("BEGIN IMMEDIATE");
    this.#commit = sqlite.prepare("COMMIT");
    this.#rollback = sqlite.prepare("ROLLBACK");
    this.#begin_part = sqlite.prepare("SAVEPOINT part");
    this.#keep_part = sqlite.prepare("RELEASE part");
    this.#undo_part = sqlite.prepare("ROLLBACK TO part");
  }

  /** What was wrong with the disk when it last took no write, until {@link faultIsOver}. */
  get write_fault(): StorageFault | undefined {
    return this.#write_fault;
  }

  faultIsOver(): void {
    this.#write_fault = undefined;
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
    let result: T;
    try {
      this.#begin.run();
      this.#depth = 1;
      result = work();
      if (this.#given_up !== undefined) throw this.#given_up.error;
      this.#commit.run();
    } catch (error) {
      this.#after_commit = [];
      this.#depth = 0;
      this.#given_up = undefined;
      this.#write_fault = storageFaultOf(error) ?? this.#write_fault;
      // A full disk may have ended the transaction already.
      if (this.sqlite.isTransaction) this.#rollback.run();
      throw error;
    }
    this.#depth = 0;
    const effects = this.#after_commit;
    this.#after_commit = [];
    runAll(effects);
    return result;
  }

  /**
   * Runs `work` as a part of the surrounding transaction that fails alone: when it throws, nothing of
   * it is kept, and the caller may go on without it. A transaction of its own if there is none.
   */
  part<T>(work: () => T): T {
    if (this.#depth === 0) return this.transaction(work);
    if (this.#given_up !== undefined) throw this.#given_up.error;
    const effects = this.#after_commit.length;
    this.#begin_part.run();
    try {
      const result = work();
      this.#keep_part.run();
      return result;
    } catch (error) {
      this.#after_commit.length = effects;
      this.#write_fault = storageFaultOf(error) ?? this.#write_fault;
      if (this.sqlite.isTransaction) {
        this.#undo_part.run();
        this.#keep_part.run();
      } else {
        // A full or failing disk: what follows would be written outside of any transaction.
        this.#given_up = { error };
      }
      throw error;
    }
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
