/**
 * @module Room that state.db keeps within its own file, so that results, orders and acknowledgements
 * still fit when the disk is full. The file grows here alone, while the disk has plenty: log lines use
 * what is beyond the reserve.
 */
import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";

/** Hundreds of results, more than one batch of log lines; a page has 4 KiB. */
const RESERVED_PAGES = 256;
const GROW_PAGES = 512;
const PAGE_BYTES = 4096;
/** With less than this left on the disk no log line is kept. */
export const DISK_LOW_BYTES = 16 * 1024 * 1024;
const SQLITE_FULL = 13;

/** True if nothing more could be written because the disk, or a quota on it, is full. */
export function isDiskFull(error: unknown): boolean {
  const result = (error as { errcode?: unknown } | null)?.errcode;
  return typeof result === "number" && (result & 0xff) === SQLITE_FULL;
}

/** What is left where this file is, in bytes; Infinity if nobody can tell. */
export function freeBytesAt(path: string): number {
  if (path === ":memory:") return Infinity;
  try {
    const { blocks, bavail, bfree, bsize } = statfsSync(dirname(path));
    return blocks === 0 ? Infinity : (Deno.uid() === 0 ? bfree : bavail) * bsize;
  } catch {
    return Infinity; // What the database says of its writes is known all the same.
  }
}

export class DiskReserve {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #freePages;

  constructor(db: DatabaseSync, path: string) {
    this.#db = db;
    this.#path = path;
    this.#freePages = db.prepare("PRAGMA freelist_count");
  }

  /** Makes sure of room for one batch of log lines beyond the reserve. @throws {Error} if there is none */
  demand(): void {
    if (freeBytesAt(this.#path) < DISK_LOW_BYTES) {
      throw new Error(`less than ${DISK_LOW_BYTES / 1024 / 1024} MiB are left on the disk`);
    }
    const free = this.#freePages.get()!["freelist_count"] as number;
    if (free < RESERVED_PAGES) this.#grow();
  }

  /** As {@link demand}, for the start: with a disk that is low the agent runs all the same. */
  fillIfPossible(): void {
    if (freeBytesAt(this.#path) >= DISK_LOW_BYTES) this.demand();
  }

  /** Writes the journal back into the file, so that the journal's own room can be used again. */
  makeRoom(): void {
    this.#db.prepare("PRAGMA wal_checkpoint(RESTART)").all();
  }

  /** Pages of what was deleted stay in the file, free for what comes. */
  #grow(): void {
    this.#db.exec("CREATE TABLE IF NOT EXISTS reserve (room BLOB NOT NULL)");
    this.#db.prepare("INSERT INTO reserve VALUES (zeroblob(?))").run(GROW_PAGES * PAGE_BYTES);
    this.#db.exec("DELETE FROM reserve");
    // Not only in the journal: later there may be no room to write them into the file.
    this.makeRoom();
  }
}
