/** @module The size of the database's file and of its journal: bounded, and given back in short steps. */
import type { Log } from "../log.ts";
import type { Database } from "./database.ts";

/** Above this the journal is written back and cut down to nothing. */
const JOURNAL_LARGE_BYTES = 16 * 1024 * 1024;
/** Free pages are used again, so only many of them are worth giving back. */
const FREE_PAGES_KEPT = 4096;
const STEP_PAGES = 200;

export interface DatabaseFileOptions {
  journal_large_bytes?: number;
  free_pages_kept?: number;
}

export class DatabaseFile {
  readonly #db: Database;
  readonly #log: Log;
  readonly #journal_large_bytes: number;
  readonly #free_pages_kept: number;

  constructor(db: Database, log: Log, options: DatabaseFileOptions = {}) {
    this.#db = db;
    this.#log = log;
    this.#journal_large_bytes = options.journal_large_bytes ?? JOURNAL_LARGE_BYTES;
    this.#free_pages_kept = options.free_pages_kept ?? FREE_PAGES_KEPT;
  }

  /** Gives free pages back to the disk, some per value, and cuts a large journal. */
  *keepHouse(): Generator<void> {
    while (this.#pragma("auto_vacuum") === 2) {
      const free = this.#pragma("freelist_count");
      const surplus = free - this.#free_pages_kept;
      if (surplus <= 0) break;
      // exec() would make one step of the statement alone, and that frees one page.
      this.#db.prepare(`PRAGMA incremental_vacuum(${Math.min(STEP_PAGES, surplus)})`).all();
      yield;
      if (this.#pragma("freelist_count") >= free) break;
    }
    this.#cutJournal();
    yield;
  }

  /** Does not wait for another program that reads the file: the next run tries again. */
  #cutJournal(): void {
    const { sqlite } = this.#db;
    const path = sqlite.location();
    const bytes = path === null ? 0 : sizeOf(`${path}-wal`);
    if (bytes <= this.#journal_large_bytes) return;
    const timeout_ms = this.#pragma("busy_timeout");
    sqlite.exec("PRAGMA busy_timeout = 0");
    try {
      const row = sqlite.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get()!;
      if (row["busy"] === 0) return;
    } finally {
      sqlite.exec(`PRAGMA busy_timeout = ${timeout_ms}`);
    }
    this.#log.warn("another program reads the database: its journal cannot shrink meanwhile", {
      bytes,
    });
  }

  #pragma(name: string): number {
    return Number(Object.values(this.#db.sqlite.prepare(`PRAGMA ${name}`).get()!)[0]);
  }
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0; // There is none as long as nothing was written.
  }
}
