import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { FakeClock } from "../clock.ts";
import { silentLog } from "../log.ts";
import { StartError } from "../start_error.ts";
import type { Database } from "./database.ts";
import { type Migration, MIGRATIONS } from "./migrations.ts";
import { openDatabase } from "./open.ts";

const options = { clock: new FakeClock(), log: silentLog };

const SECOND: Migration = {
  version: MIGRATIONS.length + 1,
  name: "colour",
  sql: "ALTER TABLE users ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue';",
};

function withFolder(work: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    work(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function addUser(db: Database, id: string): void {
  db.prepare("INSERT INTO users VALUES (?, ?, 'x', 'admin', 1, NULL)").run(id, id);
}

function pragma(db: Database, name: string): unknown {
  return Object.values(db.prepare(`PRAGMA ${name}`).get()!)[0];
}

Deno.test("openDatabase() makes a new file readable by its owner only, with durable settings", () => {
  withFolder((folder) => {
    const path = join(folder, "a.db");
    const db = openDatabase(path, options);
    addUser(db, "u1");
    assert.equal(pragma(db, "journal_mode"), "wal");
    assert.equal(pragma(db, "synchronous"), 2);
    assert.equal(pragma(db, "foreign_keys"), 1);
    assert.equal(pragma(db, "trusted_schema"), 0);
    assert.equal(pragma(db, "user_version"), MIGRATIONS.length);
    for (const file of Deno.readDirSync(folder)) {
      assert.equal(Deno.statSync(join(folder, file.name)).mode! & 0o077, 0, file.name);
    }
    db.close();
  });
});

Deno.test("openDatabase() takes a database that others could read away from them", () => {
  withFolder((folder) => {
    const path = join(folder, "a.db");
    openDatabase(path, options).close();
    Deno.chmodSync(path, 0o644);
    openDatabase(path, options).close();
    assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
  });
});

Deno.test("openDatabase() leaves a current database as it is and makes no copy", () => {
  withFolder((folder) => {
    const path = join(folder, "a.db");
    const first = openDatabase(path, options);
    addUser(first, "u1");
    first.close();
    const again = openDatabase(path, options);
    assert.equal(again.prepare("SELECT count(*) AS n FROM users").get()!["n"], 1);
    again.close();
    assert.deepEqual([...Deno.readDirSync(folder)].map((f) => f.name), ["a.db"]);
  });
});

Deno.test("openDatabase() copies a populated database before a migration changes it", () => {
  withFolder((folder) => {
    const path = join(folder, "a.db");
    const old = openDatabase(path, options);
    addUser(old, "u1");
    old.close();
    const db = openDatabase(path, { ...options, migrations: [...MIGRATIONS, SECOND] });
    assert.equal(db.prepare("SELECT colour FROM users").get()!["colour"], "blue");
    db.close();
    const copies = [...Deno.readDirSync(folder)].filter((f) => f.name.includes("before-upgrade"));
    assert.equal(copies.length, 1);
    const copy_path = join(folder, copies[0]!.name);
    assert.equal(Deno.statSync(copy_path).mode! & 0o077, 0);
    const copy = openDatabase(copy_path, options);
    assert.equal(copy.prepare("SELECT count(*) AS n FROM users").get()!["n"], 1);
    assert.equal(pragma(copy, "user_version"), MIGRATIONS.length);
    copy.close();
  });
});

Deno.test("openDatabase() takes repositories and secrets of version 4 along, with no days and no author yet", () => {
  withFolder((folder) => {
    const path = join(folder, "a.db");
    const old = openDatabase(path, { ...options, migrations: MIGRATIONS.slice(0, 4) });
    old.sqlite.exec(`
      INSERT INTO credentials VALUES ('c1', 'repository', NULL, 'sealed', 7);
      INSERT INTO hosts (id, name, os, backup_set, created_at_ms) VALUES ('h1', 'web', 'linux', '{}', 1);
      INSERT INTO repositories (id, host_id, name, url, kind, append_only, password_secret_id,
        restic_repository_id, credential_changed_at_ms)
      VALUES ('r1', 'h1', 'web', 'http://nas/web/', 'rest', 1, 'c1', 'abc', 1);`);
    old.close();
    const db = openDatabase(path, options);
    const row = db.prepare(`SELECT r.replaced_at_ms, r.restic_repository_id, c.rotated_by
      FROM repositories r JOIN credentials c ON c.id = r.password_secret_id`).get();
    assert.deepEqual({ ...row }, {
      replaced_at_ms: null,
      restic_repository_id: "abc",
      rotated_by: null,
    });
    assert.equal(db.prepare("SELECT count(*) AS n FROM repository_days").get()!["n"], 0);
    db.close();
  });
});

Deno.test("openDatabase() takes repositories of version 12 along, with no check and no locks yet", () => {
  withFolder((folder) => {
    const path = join(folder, "a.db");
    const old = openDatabase(path, { ...options, migrations: MIGRATIONS.slice(0, 12) });
    old.sqlite.exec(`
      INSERT INTO hosts (id, name, os, backup_set, created_at_ms) VALUES ('h1', 'web', 'linux', '{}', 1);
      INSERT INTO repositories (id, host_id, name, url, kind, append_only, last_check_at_ms,
        last_check_status, credential_changed_at_ms)
      VALUES ('r1', 'h1', 'web', 'http://nas/web/', 'rest', 1, 5, 'succeeded', 1);`);
    old.close();
    const db = openDatabase(path, options);
    const row = db.prepare(`SELECT last_check_at_ms, last_check_status, last_check_job_id,
      last_check_read_data, locks, locks_at_ms FROM repositories`).get();
    assert.deepEqual({ ...row }, {
      ...{ last_check_at_ms: 5, last_check_status: "succeeded", last_check_job_id: null },
      ...{ last_check_read_data: null, locks: null, locks_at_ms: null },
    });
    db.close();
  });
});

Deno.test("openDatabase() adds up what all repositories of version 9 stored, day by day", () => {
  withFolder((folder) => {
    const path = join(folder, "a.db");
    const old = openDatabase(path, { ...options, migrations: MIGRATIONS.slice(0, 9) });
    old.sqlite.exec(`
      INSERT INTO hosts (id, name, os, backup_set, created_at_ms)
      VALUES ('h1', 'web', 'linux', '{}', 1), ('h2', 'mail', 'linux', '{}', 1);
      INSERT INTO repositories (id, host_id, name, url, kind, append_only, credential_changed_at_ms)
      VALUES ('r1', 'h1', 'web', 'http://nas/web/', 'rest', 1, 1),
        ('r2', 'h2', 'mail', 'http://nas/mail/', 'rest', 1, 1);
      INSERT INTO repository_days (repository_id, day, size_bytes, snapshot_count)
      VALUES ('r1', '2026-11-01', 100, 1), ('r1', '2026-11-03', 90, 1), ('r2', '2026-11-03', 7, 1);`);
    old.close();
    const db = openDatabase(path, options);
    const days = db.prepare("SELECT day, change_bytes FROM stored_days ORDER BY day").all();
    assert.deepEqual(days.map((row) => [row["day"], row["change_bytes"]]), [
      ["2026-11-01", 100],
      ["2026-11-03", -3],
    ]);
    db.close();
  });
});

Deno.test("openDatabase() takes hosts and jobs of version 11 along, without schedules or a pause", () => {
  withFolder((folder) => {
    const path = join(folder, "a.db");
    const old = openDatabase(path, { ...options, migrations: MIGRATIONS.slice(0, 11) });
    old.sqlite.exec(`
      INSERT INTO hosts (id, name, os, backup_set, created_at_ms) VALUES ('h1', 'web', 'linux', '{}', 1);
      INSERT INTO repositories (id, host_id, name, url, kind, append_only, credential_changed_at_ms)
      VALUES ('r1', 'h1', 'web', 'http://nas/web/', 'rest', 1, 1);
      INSERT INTO jobs (id, host_id, repository_id, kind, status, actor_kind, options, queued_at_ms,
        expires_at_ms) VALUES ('j1', 'h1', 'r1', 'backup', 'succeeded', 'user', '{}', 1, 2);`);
    old.close();
    const db = openDatabase(path, options);
    const row = db.prepare(
      `SELECT h.schedule_version, h.applied_schedule_version, h.paused_until_ms,
      j.schedule_id, j.due_at_ms, j.is_catch_up FROM jobs j JOIN hosts h ON h.id = j.host_id`,
    ).get();
    assert.deepEqual({ ...row }, {
      schedule_version: 0,
      applied_schedule_version: null,
      paused_until_ms: null,
      schedule_id: null,
      due_at_ms: null,
      is_catch_up: 0,
    });
    db.sqlite.exec(`
      INSERT INTO schedules VALUES ('s1', 'h1', 'Nightly', 'backup', '30 2 * * *', 'UTC', 0, 1, NULL,
        '{}', 1, 1, 1, 1, NULL, 1);
      DELETE FROM hosts WHERE id = 'h1';`);
    assert.equal(db.prepare("SELECT count(*) AS n FROM schedules").get()!["n"], 0);
    db.close();
  });
});

Deno.test("openDatabase() keeps nothing of a migration that fails half-way", () => {
  withFolder((folder) => {
    const path = join(folder, "a.db");
    openDatabase(path, options).close();
    const broken = { ...SECOND, sql: SECOND.sql + " INSERT INTO nowhere VALUES (1);" };
    assert.throws(
      () => openDatabase(path, { ...options, migrations: [...MIGRATIONS, broken] }),
      StartError,
    );
    const db = openDatabase(path, options);
    assert.equal(pragma(db, "user_version"), MIGRATIONS.length);
    assert.throws(() => db.prepare("SELECT colour FROM users"));
    db.close();
  });
});

Deno.test("openDatabase() refuses a newer database and says both versions", () => {
  withFolder((folder) => {
    const path = join(folder, "a.db");
    const db = openDatabase(path, options);
    db.sqlite.exec("PRAGMA user_version = 999");
    db.close();
    const reason = new RegExp(`has version 999, this program knows ${MIGRATIONS.length}`);
    assert.throws(() => openDatabase(path, options), reason);
  });
});

Deno.test("openDatabase() refuses a file that is no database, and one with a damaged page", () => {
  withFolder((folder) => {
    const text = join(folder, "text.db");
    Deno.writeTextFileSync(text, "not a database, but long enough to have a header\n".repeat(40));
    assert.throws(() => openDatabase(text, options), /is damaged/);

    const torn = join(folder, "torn.db");
    const sqlite = new DatabaseSync(torn);
    sqlite.exec("CREATE TABLE t (a TEXT); CREATE INDEX i ON t (a);");
    const insert = sqlite.prepare("INSERT INTO t VALUES (?)");
    for (let n = 0; n < 2000; n++) insert.run(`row ${n} ${"x".repeat(50)}`);
    sqlite.close();
    const bytes = Deno.readFileSync(torn);
    bytes.fill(0x5a, 4096 * 3, 4096 * 6);
    Deno.writeFileSync(torn, bytes);
    assert.throws(() => openDatabase(torn, options), /is damaged/);
  });
});

Deno.test("Database.transaction() inside another joins it, and runs effects only after COMMIT", () => {
  const db = openDatabase(":memory:", options);
  const seen: string[] = [];
  assert.throws(() =>
    db.transaction(() => {
      db.transaction(() => addUser(db, "u1"));
      db.afterCommit(() => seen.push("never"));
      throw new Error("changed my mind");
    })
  );
  assert.equal(db.prepare("SELECT count(*) AS n FROM users").get()!["n"], 0);
  db.transaction(() => {
    addUser(db, "u2");
    db.afterCommit(() => seen.push(`in transaction: ${db.inTransaction}`));
    assert.deepEqual(seen, []);
  });
  assert.deepEqual(seen, ["in transaction: false"]);
  db.close();
});
