import assert from "node:assert/strict";
import { type Actor, SYSTEM } from "../auth/permissions.ts";
import { FakeClock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import { openDatabase } from "../db/open.ts";
import { AppError } from "../errors.ts";
import { silentLog } from "../log.ts";
import { Audit } from "./audit.ts";

const ADMIN: Actor = { kind: "user", id: "u1", name: "an admin", role: "admin", ip: "192.0.2.7" };

function anAudit(): { db: Database; audit: Audit } {
  const clock = new FakeClock();
  const db = openDatabase(":memory:", { clock, log: silentLog });
  return { db, audit: new Audit(db, clock) };
}

function record(db: Database, audit: Audit, count: number): void {
  for (let n = 1; n <= count; n++) {
    db.transaction(() =>
      audit.record(ADMIN, {
        action: n % 2 === 0 ? "host.edit" : "host.add",
        target_kind: "host",
        target_id: `h${n}`,
        payload: { n, b: { z: 1, a: [1, 2] } },
      })
    );
  }
}

/** Changes a row behind the triggers' back, as somebody with the database file could. */
function forge(db: Database, sql: string): void {
  db.sqlite.exec(
    `DROP TRIGGER IF EXISTS audit_log_no_update; DROP TRIGGER IF EXISTS audit_log_no_delete; ${sql}`,
  );
}

Deno.test("audit.list() finds the rows of an action or a target by index, however many others there are", () => {
  const { db, audit } = anAudit();
  record(db, audit, 6);
  const prepared: string[] = [];
  const prepare = db.prepare.bind(db);
  db.prepare = (sql) => {
    prepared.push(sql);
    return prepare(sql);
  };
  const found = (query: { action?: string; target_id?: string; before_seq?: number }) =>
    audit.list(ADMIN, { ...query, limit: 10 }).items.map((entry) => entry.seq);
  assert.deepEqual(found({ action: "host.edit" }), [6, 4, 2]);
  assert.deepEqual(found({ action: "host.edit", before_seq: 6 }), [4, 2]);
  assert.deepEqual(found({ target_id: "h3", action: "host.add" }), [3]);
  assert.deepEqual(found({}), [6, 5, 4, 3, 2, 1]);
  const plans = prepared.slice(0, 3).map((sql) =>
    prepare(`EXPLAIN QUERY PLAN ${sql}`).all().map((row) => String(row["detail"])).join("; ")
  );
  for (const plan of plans) assert.match(plan, /^SEARCH audit_log USING INDEX audit_by_/);
  db.close();
});

Deno.test("audit.record() throws outside a transaction", () => {
  const { audit } = anAudit();
  assert.throws(
    () => audit.record(SYSTEM, { action: "x", target_kind: "x", target_id: null }),
    /outside the transaction/,
  );
});

Deno.test("audit.record() leaves nothing when the change it belongs to is rolled back", () => {
  const { db, audit } = anAudit();
  assert.throws(() =>
    db.transaction(() => {
      audit.record(SYSTEM, { action: "x", target_kind: "x", target_id: null });
      throw new Error("no");
    })
  );
  assert.deepEqual(audit.list(SYSTEM, { limit: 5 }).items, []);
});

Deno.test("audit.list() gives the newest first, page by page, filtered", () => {
  const { db, audit } = anAudit();
  record(db, audit, 5);
  const first = audit.list(ADMIN, { limit: 2 });
  assert.deepEqual(first.items.map((e) => e.seq), [5, 4]);
  assert.equal(first.next_before_seq, 4);
  const last = audit.list(ADMIN, { limit: 5, before_seq: 4 });
  assert.deepEqual(last.items.map((e) => e.seq), [3, 2, 1]);
  assert.equal(last.next_before_seq, null);
  const edits = audit.list(ADMIN, { limit: 5, action: "host.edit" });
  assert.deepEqual(edits.items.map((e) => e.target_id), ["h4", "h2"]);
  assert.equal(first.items[0]!.actor_name, "an admin");
  assert.deepEqual(first.items[0]!.payload, { n: 5, b: { z: 1, a: [1, 2] } });
});

Deno.test("audit.list() refuses an actor without a role", () => {
  const { audit } = anAudit();
  assert.throws(() => audit.list({ ...ADMIN, role: null }, { limit: 5 }), AppError);
});

Deno.test("the audit table refuses UPDATE and DELETE", () => {
  const { db, audit } = anAudit();
  record(db, audit, 1);
  assert.throws(() => db.sqlite.exec("UPDATE audit_log SET action = 'y'"), /never changed/);
  assert.throws(() => db.sqlite.exec("DELETE FROM audit_log"), /never deleted/);
});

Deno.test("audit.verify() accepts an empty and an untouched chain", () => {
  const { db, audit } = anAudit();
  assert.equal(audit.verify(), undefined);
  record(db, audit, 1001);
  assert.equal(audit.verify(), undefined);
});

Deno.test("audit.verify() names a changed, a removed and a relinked row", () => {
  const changed = anAudit();
  record(changed.db, changed.audit, 4);
  forge(changed.db, "UPDATE audit_log SET actor_name = 'somebody else' WHERE seq = 3");
  assert.deepEqual(changed.audit.verify(), { bad_seq: 3, reason: "its content was changed" });

  const removed = anAudit();
  record(removed.db, removed.audit, 4);
  forge(removed.db, "DELETE FROM audit_log WHERE seq = 2");
  assert.deepEqual(removed.audit.verify(), { bad_seq: 2, reason: "this row is missing" });

  const relinked = anAudit();
  record(relinked.db, relinked.audit, 4);
  forge(relinked.db, "UPDATE audit_log SET prev_hash = hash WHERE seq = 4");
  assert.equal(relinked.audit.verify()?.bad_seq, 4);
});
