/**
 * @module state.db: what must survive a crash of the agent. Reports not yet acknowledged, commands
 * already seen, jobs accepted. It holds no secret: those are in secrets.enc.
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { DiskReserve, isDiskFull } from "./disk_reserve.ts";
import { HeldJobsStore } from "./held_jobs_store.ts";
import { SchedulesStore } from "./schedules_store.ts";
import { OutboxStore } from "./outbox_store.ts";
import { SeenStore } from "./seen_store.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS commands (
    id TEXT PRIMARY KEY, seen_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    args TEXT NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'running', 'finished')),
    accepted_at_ms INTEGER NOT NULL,
    started_at_ms INTEGER,
    log_lines INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE IF NOT EXISTS job_ends (
    job_id TEXT PRIMARY KEY, body TEXT NOT NULL, ended_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS schedules (
    id TEXT PRIMARY KEY, body TEXT NOT NULL, handled_until_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS scheduled_jobs (
    job_id TEXT PRIMARY KEY, schedule_id TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    class TEXT NOT NULL CHECK (class IN ('result', 'log')),
    job_id TEXT,
    body TEXT NOT NULL,
    lines INTEGER NOT NULL DEFAULT 0,
    dropped_lines INTEGER NOT NULL DEFAULT 0,
    UNIQUE (run_id, seq)
  ) STRICT;
`;

/** The open database and its nouns. */
export class AgentState {
  readonly #db: DatabaseSync;
  readonly outbox: OutboxStore;
  readonly seen: SeenStore;
  readonly jobs: HeldJobsStore;
  readonly #reserve: DiskReserve;
  // Prepared, since the errors of exec() do not say which fault it was.
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #rollback: StatementSync;
  readonly schedules: SchedulesStore;

  /** `identity` names the enrolment: state of another one is dropped, it belongs to another host. */
  constructor(path: string, identity: string) {
    // SQLite gives its other files the mode of this one.
    if (path !== ":memory:") {
      Deno.openSync(path, { create: true, write: true, mode: 0o600 }).close();
    }
    this.#db = new DatabaseSync(path);
    try {
      this.#db.exec(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;" +
          "PRAGMA cache_size = -512;" + SCHEMA,
      );
    } catch (error) {
      this.#db.close();
      throw error;
    }
    this.#begin = this.#db.prepare("BEGIN IMMEDIATE");
    this.#commit = this.#db.prepare("COMMIT");
    this.#rollback = this.#db.prepare("ROLLBACK");
    this.outbox = new OutboxStore(this.#db);
    this.seen = new SeenStore(this.#db);
    this.jobs = new HeldJobsStore(this.#db);
    this.schedules = new SchedulesStore(this.#db);
    this.#adopt(identity);
    this.#reserve = new DiskReserve(this.#db, path);
    this.#reserve.fillIfPossible();
  }

  /**
   * All or nothing, and on the disk when it returns. On a full disk it is tried once more within
   * the room that the file has already.
   */
  transaction<T>(work: () => T): T {
    try {
      return this.#once(work);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.#reserve.makeRoom();
      return this.#once(work);
    }
  }

  #once<T>(work: () => T): T {
    this.#begin.run();
    try {
      const result = work();
      this.#commit.run();
      return result;
    } catch (error) {
      // A full disk may have ended the transaction already.
      if (this.#db.isTransaction) this.#rollback.run();
      throw error;
    }
  }

  /** As {@link transaction}, or part of the one that is open. */
  joinTransaction<T>(work: () => T): T {
    return this.#db.isTransaction ? work() : this.transaction(work);
  }

  /** As {@link transaction}, but the last moments may be lost in a power cut. */
  relaxedTransaction<T>(work: () => T): T {
    this.#db.exec("PRAGMA synchronous = NORMAL");
    try {
      return this.transaction(work);
    } finally {
      this.#db.exec("PRAGMA synchronous = FULL");
    }
  }

  /**
   * As {@link relaxedTransaction}, for log lines: they leave the reserve to results.
   * @throws {Error} when little of the disk is left
   */
  logTransaction<T>(work: () => T): T {
    this.#reserve.demand();
    return this.relaxedTransaction(work);
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#db.close();
  }

  #adopt(identity: string): void {
    if (this.seen.fact("identity") === identity) return;
    this.transaction(() => {
      this.#db.exec(
        "DELETE FROM facts; DELETE FROM commands; DELETE FROM jobs; DELETE FROM job_ends; " +
          "DELETE FROM outbox; DELETE FROM schedules; DELETE FROM scheduled_jobs;",
      );
      this.seen.setFact("identity", identity);
    });
  }
}
