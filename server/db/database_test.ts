import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { toAppError } from "../errors.ts";
import { Database } from "./database.ts";

const SCHEMA = `
  PRAGMA foreign_keys = ON;
  CREATE TABLE parents (id INTEGER PRIMARY KEY) STRICT;
  CREATE TABLE children (
    parent_id INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED
  ) STRICT;
`;

function inMemory(): Database {
  const sqlite = new DatabaseSync(":memory:");
  sqlite.exec(SCHEMA);
  return new Database(sqlite);
}

/** What `work` throws. */
function thrown(work: () => void): { errcode?: number } {
  try {
    work();
  } catch (error) {
    return error as { errcode?: number };
  }
  throw new Error("nothing was thrown");
}

Deno.test("transaction() tells SQLite's code also of a COMMIT that fails, and keeps nothing", () => {
  const db = inMemory();
  const orphan = "INSERT INTO children (parent_id) VALUES (7)";
  const error = thrown(() => db.transaction(() => db.prepare(orphan).run()));
  assert.equal(error.errcode, 787);
  assert.equal(db.inTransaction, false);
  assert.deepEqual(db.prepare("SELECT * FROM children").all(), []);
  db.transaction(() => db.prepare("INSERT INTO parents (id) VALUES (7)").run());
  assert.equal(db.prepare("SELECT count(*) AS n FROM parents").get()!["n"], 1);
  db.close();
});

Deno.test("transaction() is busy, not broken, while somebody else holds the file", async () => {
  const dir = await Deno.makeTempDir();
  const [mine, other] = [0, 1].map(() => new DatabaseSync(join(dir, "a.db")));
  mine!.exec("PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 0");
  const db = new Database(mine!);
  other!.exec("BEGIN IMMEDIATE");
  const error = thrown(() => db.transaction(() => {}));
  assert.equal(toAppError(error).code, "busy");
  assert.equal(db.write_fault, undefined, "waiting helps, so nothing is wrong with the disk");
  other!.exec("ROLLBACK");
  db.transaction(() => {});
  other!.close();
  db.close();
  await Deno.remove(dir, { recursive: true });
});
