/** @module Opens the database file: settings, integrity, a copy before a change, migrations. */
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { StartError } from "../start_error.ts";
import { Database } from "./database.ts";
import { type Migration, MIGRATIONS } from "./migrations.ts";
import { storageFaultOf } from "./storage_fault.ts";

export interface OpenOptions {
  clock: Clock;
  log: Log;
  /** Other migrations than the product's own; for tests. */
  migrations?: readonly Migration[];
}

/** 64 MiB: after a checkpoint the journal is cut down to this. */
const JOURNAL_MAX_BYTES = 64 * 1024 * 1024;

/** Its owner alone: sessions and password hashes are in there. */
const PRIVATE = 0o600;

/** auto_vacuum counts for a new file alone, and only before anything is in it. */
const SETTINGS = [
  "PRAGMA auto_vacuum = INCREMENTAL",
  "PRAGMA busy_timeout = 5000",
  "PRAGMA foreign_keys = ON",
  "PRAGMA trusted_schema = OFF",
  "PRAGMA journal_mode = WAL",
  "PRAGMA synchronous = FULL",
  "PRAGMA secure_delete = ON",
  "PRAGMA temp_store = MEMORY",
  `PRAGMA journal_size_limit = ${JOURNAL_MAX_BYTES}`,
];

/**
 * Opens and migrates the database at `path`, or a new one in memory for `:memory:`.
 * @throws {StartError} if it is damaged, newer than this program, or cannot be opened or migrated
 */
export function openDatabase(path: string, options: OpenOptions): Database {
  const in_memory = path === ":memory:";
  const is_new = in_memory || !existsSync(path);
  const sqlite = openFile(path, is_new && !in_memory);
  try {
    applySettings(sqlite, path);
    if (!is_new) checkIntegrity(sqlite, path);
    migrate(sqlite, { ...options, path, in_memory });
  } catch (error) {
    sqlite.close();
    throw error;
  }
  return new Database(sqlite);
}

function openFile(path: string, create: boolean): DatabaseSync {
  try {
    // SQLite gives its journal the mode of the database file, so this one mode covers all three.
    if (create) Deno.openSync(path, { write: true, createNew: true, mode: PRIVATE }).close();
    else makePrivate(path);
    return new DatabaseSync(path);
  } catch (error) {
    throw new StartError(
      `Cannot open the database ${path}: give the server's user write access to that folder`,
      { cause: error },
    );
  }
}

/** A copy that was put back may have come with another mode. */
function makePrivate(path: string): void {
  if (path === ":memory:" || Deno.build.os === "windows") return;
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    if (existsSync(file)) Deno.chmodSync(file, PRIVATE);
  }
}

function applySettings(sqlite: DatabaseSync, path: string): void {
  try {
    // One by one and prepared: an error of exec() does not tell a full disk from a damaged file.
    for (const setting of SETTINGS) sqlite.prepare(setting).all();
  } catch (error) {
    throw unusable(path, error);
  }
}

function checkIntegrity(sqlite: DatabaseSync, path: string): void {
  let rows: Record<string, unknown>[];
  try {
    rows = sqlite.prepare("PRAGMA quick_check(1)").all();
  } catch (error) {
    throw unusable(path, error);
  }
  if (rows.length !== 1 || rows[0]!["quick_check"] !== "ok") throw damaged(path, rows[0]);
}

/** Whoever reads that a file is damaged puts an older one in its place: said only when it is so. */
function unusable(path: string, cause: unknown): StartError {
  if (storageFaultOf(cause) === undefined) return damaged(path, cause);
  return new StartError(
    `The disk of the database ${path} is full or fails: free some space there, or mend the disk, ` +
      "and start again. The database itself is kept as it is",
    { cause },
  );
}

function damaged(path: string, cause: unknown): StartError {
  return new StartError(
    `The database ${path} is damaged: stop here, keep the file, and put a copy of it in its place`,
    { cause },
  );
}

interface MigrateOptions extends OpenOptions {
  path: string;
  in_memory: boolean;
}

function migrate(sqlite: DatabaseSync, options: MigrateOptions): void {
  const migrations = options.migrations ?? MIGRATIONS;
  const newest = migrations.at(-1)?.version ?? 0;
  const found = sqlite.prepare("PRAGMA user_version").get()!["user_version"] as number;
  if (found > newest) {
    throw new StartError(
      `The database ${options.path} has version ${found}, this program knows ${newest}: ` +
        "start the newer program that wrote it, or put back the copy made before its upgrade",
    );
  }
  if (found === newest) return;
  if (found > 0 && !options.in_memory) copyBefore(sqlite, found, options);
  for (const migration of migrations) {
    if (migration.version > found) apply(sqlite, migration, options.path);
  }
  options.log.info("database migrated", { from_version: found, to_version: newest });
}

function copyBefore(sqlite: DatabaseSync, found: number, options: MigrateOptions): void {
  const stamp = new Date(options.clock.now_ms()).toISOString().replace(/[:.]/g, "-");
  const copy = `${options.path}.before-upgrade-v${found}-${stamp}`;
  try {
    // Made first, so that the copy of the secrets' envelopes is never readable by others.
    Deno.openSync(copy, { write: true, createNew: true, mode: PRIVATE }).close();
    sqlite.prepare("VACUUM INTO ?").run(copy);
  } catch (error) {
    throw new StartError(
      `Cannot copy the database to ${copy} before upgrading it: free some space in that folder`,
      { cause: error },
    );
  }
  options.log.info("database copied before its upgrade", { copy });
}

function apply(sqlite: DatabaseSync, migration: Migration, path: string): void {
  sqlite.exec("BEGIN IMMEDIATE");
  try {
    sqlite.exec(migration.sql);
    sqlite.exec(`PRAGMA user_version = ${migration.version}`);
    sqlite.exec("COMMIT");
  } catch (error) {
    if (sqlite.isTransaction) sqlite.exec("ROLLBACK");
    throw new StartError(
      `Cannot upgrade the database ${path} (step ${migration.version}, ${migration.name}): ` +
        "nothing of this step was kept; free some space or report the reason below",
      { cause: error },
    );
  }
}
