import assert from "node:assert/strict";
import { FakeClock } from "../clock.ts";
import { toAppError } from "../errors.ts";
import { type Log, silentLog } from "../log.ts";
import type { Database } from "./database.ts";
import { DiskHealth, type DiskSpace, spaceOf } from "./disk_health.ts";
import { Meta } from "./meta.ts";
import { openDatabase } from "./open.ts";

function world() {
  const clock = new FakeClock();
  const told: string[] = [];
  const tell = (_: string, fields?: Record<string, unknown>) => told.push(String(fields?.["kind"]));
  const log: Log = { ...silentLog, info: tell, error: tell };
  const db = openDatabase(":memory:", { clock, log: silentLog });
  const disk = new DiskHealth({ db, clock, log, space: () => undefined });
  return { clock, db, disk, told };
}

/** SQLite's own word for a full disk, without filling one. */
function allowPages(db: Database, more: number): void {
  const { page_count } = db.prepare("PRAGMA page_count").get()!;
  db.sqlite.exec(`PRAGMA max_page_count = ${Number(page_count) + more}`);
}

function write(db: Database, bytes: number): void {
  db.transaction(() => new Meta(db).set(`test-${bytes}`, "x".repeat(bytes)));
}

Deno.test("disk.state() is full from a write that found no space to one that does", () => {
  const { clock, db, disk, told } = world();
  assert.deepEqual(disk.state(), { kind: "ok" });
  allowPages(db, 0);
  assert.throws(() => write(db, 1_000_000), (error) => toAppError(error).code === "storage_full");
  assert.equal(db.write_fault, "full");
  allowPages(db, 10_000);
  assert.deepEqual(disk.state(), { kind: "ok" }, "tried at once");
  allowPages(db, 0);
  assert.throws(() => write(db, 2_000_000));
  assert.deepEqual(disk.state(), { kind: "full" }, "not tried again at once");
  allowPages(db, 10_000);
  clock.advance(4);
  assert.deepEqual(disk.state(), { kind: "full" });
  clock.advance(1);
  assert.deepEqual(disk.state(), { kind: "ok" });
  write(db, 2_000_000);
  assert.deepEqual(told, ["full", "ok"]);
  db.close();
});

Deno.test("disk.state() tries again after the clock was set back", () => {
  const { clock, db, disk } = world();
  allowPages(db, 0);
  assert.throws(() => write(db, 1_000_000));
  disk.state();
  clock.advance(-3 * 86_400);
  allowPages(db, 10_000);
  assert.deepEqual(disk.state(), { kind: "ok" });
  db.close();
});

Deno.test("disk.state() goes by what is left, whatever a write says", () => {
  const { clock, db } = world();
  let space: DiskSpace | undefined;
  const disk = new DiskHealth({ db, clock, log: silentLog, space: () => space });
  const GB = 1e9;
  const stateOf = (total_gb: number, free_gb: number) => {
    space = { total_bytes: total_gb * GB, free_bytes: free_gb * GB };
    return disk.state().kind;
  };
  assert.equal(disk.state().kind, "ok", "nobody can tell");
  assert.deepEqual([1.2, 1, 0.001].map((left) => stateOf(500, left)), ["ok", "low", "full"]);
  assert.deepEqual([0.6, 0.4].map((left) => stateOf(10, left)), ["ok", "low"], "a twentieth");
  assert.deepEqual([0.3, 0.2].map((left) => stateOf(1, left)), ["ok", "low"], "256 MiB at least");
  db.close();
});

Deno.test("spaceOf() knows the space of a folder, and says so where it cannot", () => {
  const { free_bytes, total_bytes } = spaceOf("/")!;
  assert.ok(free_bytes > 0 && total_bytes > free_bytes);
  assert.equal(spaceOf("/nowhere/at/all"), undefined);
  assert.equal(spaceOf("/sys"), undefined);
});

Deno.test("a fault that is not the disk's changes nothing", () => {
  const { db, disk } = world();
  assert.throws(() =>
    db.transaction(() => db.prepare("INSERT INTO meta VALUES ('epoch', NULL)").run())
  );
  assert.deepEqual(disk.state(), { kind: "ok" });
  db.close();
});
