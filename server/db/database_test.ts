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

const parent = (db: Database, id: number) =>
  db.prepare("INSERT INTO parents (id) VALUES (?)").run(id);
const parents = (db: Database) =>
  db.prepare("SELECT id FROM parents ORDER BY id").all().map((row) => row["id"]);

Deno.test("part() that throws keeps nothing of itself and everything of its neighbours", () => {
  const db = inMemory();
  const effects: number[] = [];
  const add = (id: number, then?: () => void) =>
    db.part(() => {
      parent(db, id);
      db.afterCommit(() => effects.push(id));
      then?.();
    });
  db.transaction(() => {
    add(1);
    assert.throws(() => add(2, () => add(1)), { errcode: 1555 });
    assert.throws(() =>
      add(3, () => {
        add(4);
        throw new Error("at its end");
      })
    );
    add(5);
    assert.deepEqual(effects, [], "nothing leaves before COMMIT");
  });
  assert.deepEqual(parents(db), [1, 5]);
  assert.deepEqual(effects, [1, 5]);
  assert.throws(() => add(1));
  add(6);
  assert.deepEqual(parents(db), [1, 5, 6], "by itself it is a transaction");
  db.close();
});

Deno.test("nothing of a transaction counts that SQLite itself gave up in one of its parts", () => {
  const db = inMemory();
  const effects: string[] = [];
  const giveUp = () => {
    db.sqlite.exec("ROLLBACK");
    throw Object.assign(new Error("database or disk is full"), { errcode: 13 });
  };
  assert.throws(() =>
    db.transaction(() => {
      db.part(() => {
        parent(db, 1);
        db.afterCommit(() => effects.push("one"));
      });
      assert.throws(() => db.part(giveUp));
      assert.throws(() => db.part(() => parent(db, 2)), { errcode: 13 }, "not outside of any");
    }), { errcode: 13 });
  assert.deepEqual([parents(db), effects, db.write_fault], [[], [], "full"]);
  db.transaction(() => db.part(() => parent(db, 3)));
  assert.deepEqual(parents(db), [3]);
  db.close();
});
