import assert from "node:assert/strict";
import { join } from "node:path";
import { FakeClock } from "../clock.ts";
import { type Log, silentLog } from "../log.ts";
import type { Database } from "./database.ts";
import { DatabaseFile } from "./database_file.ts";
import { MIGRATIONS } from "./migrations.ts";
import { openDatabase } from "./open.ts";
import { DatabaseSync } from "node:sqlite";

const options = { clock: new FakeClock(), log: silentLog };

async function withFolder(work: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    await work(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function number(db: Database, sql: string): number {
  return Number(Object.values(db.prepare(sql).get()!)[0]);
}

function run(steps: Generator<void>): number {
  let count = 0;
  for (const _ of steps) count++;
  return count;
}

/** A host with its repository, a job of two lines and two snapshots. */
const STORY = `
  INSERT INTO hosts (id, name, os, backup_set, created_at_ms) VALUES ('h', 'web-01', 'linux', '{}', 1);
  INSERT INTO repositories (id, host_id, name, url, kind, append_only, credential_changed_at_ms)
    VALUES ('r', 'h', 'web-01', 'https://s.example/', 'rest', 1, 1);
  INSERT INTO jobs (id, host_id, repository_id, kind, status, actor_kind, options, queued_at_ms,
    expires_at_ms, log_lines) VALUES ('j', 'h', 'r', 'backup', 'running', 'user', '{}', 1, 2, 2);
  INSERT INTO job_logs VALUES ('j', 1, 1, 'stdout', 'one'), ('j', 2, 1, 'stderr', 'two');
  INSERT INTO snapshots (repository_id, id, host_id, time_ms, hostname, paths_id, tags_id)
    VALUES ('r', 's1', 'h', 1, 'web', 1, 2), ('r', 's2', 'h', 2, 'web', 1, 2);`;

Deno.test("the migration to bounds keeps every log line and snapshot", async () => {
  await withFolder((folder) => {
    const path = join(folder, "a.db");
    const migrations = MIGRATIONS.filter(({ name }) =>
      MIGRATIONS.findIndex((one) => one.name === "bounds") >
        MIGRATIONS.findIndex((one) => one.name === name)
    );
    const old = openDatabase(path, { ...options, migrations });
    old.sqlite.exec(STORY);
    const rows = (db: Database, table: string) =>
      db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all().map((row) => ({ ...row }));
    const before = [rows(old, "job_logs"), rows(old, "snapshots")];
    old.close();
    const db = openDatabase(path, options);
    assert.deepEqual([rows(db, "job_logs"), rows(db, "snapshots")], before);
    assert.equal(rows(db, "jobs")[0]!["log_dropped_lines"], 0);
    assert.deepEqual(db.prepare("PRAGMA foreign_key_check").all(), []);
    db.close();
  });
});

Deno.test("what was removed leaves its log lines and snapshots to be removed in steps", () => {
  const db = openDatabase(":memory:", options);
  db.sqlite.exec(STORY);
  db.sqlite.exec("DELETE FROM hosts");
  assert.equal(number(db, "SELECT count(*) FROM jobs"), 0);
  assert.equal(number(db, "SELECT count(*) FROM job_logs"), 2);
  assert.equal(db.prepare("SELECT job_id FROM left_logs").get()!["job_id"], "j");
  assert.equal(db.prepare("SELECT repository_id AS id FROM left_snapshots").get()!["id"], "r");
  db.close();
});

Deno.test("DatabaseFile gives free pages back in steps, and keeps some to be used again", async () => {
  await withFolder((folder) => {
    const path = join(folder, "a.db");
    const db = openDatabase(path, options);
    db.sqlite.exec("CREATE TABLE filler (text TEXT)");
    const insert = db.prepare("INSERT INTO filler VALUES (?)");
    db.transaction(() => {
      for (let n = 0; n < 2000; n++) insert.run("x".repeat(4000));
    });
    db.sqlite.exec("DELETE FROM filler");
    const free = number(db, "PRAGMA freelist_count");
    assert.ok(free > 1500, String(free));
    const file = new DatabaseFile(db, silentLog, { free_pages_kept: 100 });
    const steps = run(file.keepHouse());
    assert.ok(steps > 5 && steps < 20, String(steps));
    assert.equal(number(db, "PRAGMA freelist_count"), 100);
    db.close();
    assert.ok(Deno.statSync(path).size < 4096 * 1000);
  });
});

Deno.test("DatabaseFile cuts a journal that another reader made large, once that is gone", async () => {
  await withFolder((folder) => {
    const path = join(folder, "a.db");
    const db = openDatabase(path, options);
    db.sqlite.exec("CREATE TABLE filler (text TEXT)");
    const warnings: string[] = [];
    const log: Log = { ...silentLog, warn: (message) => void warnings.push(message) };
    const reader = new DatabaseSync(path);
    reader.exec("BEGIN; SELECT * FROM filler");
    const insert = db.prepare("INSERT INTO filler VALUES (?)");
    for (let n = 0; n < 100; n++) insert.run("x".repeat(70_000));
    const bytes = () => Deno.statSync(`${path}-wal`).size;
    assert.ok(bytes() > 6_000_000, String(bytes()));
    const file = new DatabaseFile(db, log, { journal_large_bytes: 1_000_000 });
    run(file.keepHouse());
    assert.ok(bytes() > 6_000_000);
    assert.equal(warnings.length, 1);
    assert.equal(number(db, "PRAGMA busy_timeout"), 5000);
    reader.exec("COMMIT");
    reader.close();
    run(file.keepHouse());
    assert.equal(bytes(), 0);
    assert.equal(warnings.length, 1);
    assert.equal(number(db, "SELECT count(*) FROM filler"), 100);
    db.close();
  });
});
