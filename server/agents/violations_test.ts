import assert from "node:assert/strict";
import { silentLog } from "../log.ts";
import { ADMIN, enrolledHost, testWorld } from "./test_world.ts";
import { Violations } from "./violations.ts";

async function aWorld() {
  const world = await testWorld();
  const violations = new Violations({ ...world, log: silentLog });
  const [web, mail] = [await enrolledHost(world, "web-01"), await enrolledHost(world, "mail-01")];
  const rows = () =>
    world.audit.list(ADMIN, { action: "agent.violation", limit: 100 }).items.map((entry) => {
      return [entry.actor_name, entry.target_id, entry.payload];
    }).toReversed();
  const from = (host: { id: string; name: string }) => ({ host, ip: "10.0.0.20" });
  return { ...world, violations, web, mail, rows, from };
}

Deno.test("the tenth violation within a minute asks for a close, of that host alone", async () => {
  const { violations, web, mail, from, clock, db } = await aWorld();
  for (let n = 1; n <= 9; n++) assert.equal(violations.record(from(web), "unreadable"), false);
  assert.equal(violations.record(from(mail), "unreadable"), false);
  assert.equal(violations.record(from(web), "not_text"), true);
  assert.equal(violations.record(from(web), "not_text"), true, "also on the next socket");
  clock.advance(60);
  for (let n = 1; n <= 9; n++) assert.equal(violations.record(from(web), "unreadable"), false);
  assert.equal(violations.record(from(web), "unreadable"), true);
  db.close();
});

Deno.test("a flood of violations writes three audit rows of a host in ten minutes, and one that counts", async () => {
  const { violations, web, mail, from, clock, db, audit, rows } = await aWorld();
  for (let n = 0; n < 5000; n++) violations.record(from(web), n % 2 ? "unreadable" : "not_text");
  violations.record(from(mail), "too_big");
  assert.deepEqual(rows(), [
    ["web-01", web.id, { violation: "not_text" }],
    ["web-01", web.id, { violation: "unreadable" }],
    ["web-01", web.id, { violation: "not_text" }],
    ["mail-01", mail.id, { violation: "too_big" }],
  ]);
  clock.advance(599);
  violations.flush();
  assert.equal(rows().length, 4);
  clock.advance(1);
  violations.flush();
  assert.deepEqual(rows().slice(4), [["web-01", web.id, {
    more: { unreadable: 2499, not_text: 2498 },
  }]]);
  violations.record(from(web), "unreadable");
  assert.equal(rows().length, 6, "a new span begins with rows of its own");
  assert.equal(audit.verify(), undefined);
  db.close();
});

Deno.test("counts are written when the server stops, and when the clock was set back", async () => {
  const { violations, web, from, clock, db, rows } = await aWorld();
  for (let n = 0; n < 4; n++) violations.record(from(web), "unreadable");
  clock.advance(-3600);
  violations.flush();
  assert.deepEqual(rows().at(-1)?.[2], { more: { unreadable: 1 } });
  for (let n = 0; n < 5; n++) violations.record(from(web), "unreadable");
  violations.flushAll();
  assert.deepEqual(rows().at(-1)?.[2], { more: { unreadable: 2 } });
  db.close();
});

Deno.test("a violation that no row can be written of is counted, and told in the next row that fits", async () => {
  const { violations, web, from, clock, db, audit, rows } = await aWorld();
  const { record } = audit;
  audit.record = () => {
    throw new Error("database or disk is full");
  };
  for (let n = 1; n <= 9; n++) assert.equal(violations.record(from(web), "unreadable"), false);
  assert.equal(violations.record(from(web), "too_much"), true);
  clock.advance(600);
  assert.throws(() => violations.flush());
  assert.equal(violations.record(from(web), "too_big"), false);
  audit.record = record;
  assert.equal(rows().length, 0);
  clock.advance(600);
  violations.flush();
  assert.deepEqual(rows(), [["web-01", web.id, {
    more: { unreadable: 9, too_much: 1, too_big: 1 },
  }]]);
  db.close();
});
