import assert from "node:assert/strict";
import { ADMIN } from "../agents/test_world.ts";
import { FakeClock } from "../clock.ts";
import { openDatabase } from "../db/open.ts";
import { silentLog } from "../log.ts";
import { seedServices } from "../tasks/seed/services.ts";
import { seedStory, type StoryOptions } from "../tasks/seed/story.ts";
import { needsSomebody } from "./attention.ts";
import { causesOf } from "./causes.ts";
import { fleetMap } from "./fleet_map.ts";

const NOW_MS = Date.parse("2026-11-12T08:42:05Z");

async function surveyed(story: Partial<StoryOptions>) {
  const db = openDatabase(":memory:", { clock: new FakeClock(), log: silentLog });
  const services = await seedServices(db, NOW_MS);
  await seedStory(services, { host_count: 12, snapshot_count: 1, now_ms: NOW_MS, ...story });
  const { hosts } = services;
  return { db, all: hosts.survey(ADMIN).all, named: (q: string) => hosts.survey(ADMIN, { q }) };
}

Deno.test("causesOf() puts each host under one cause, whose query names exactly its hosts", async () => {
  for (const story of [{}, { world: "states" as const }, { host_count: 300 }]) {
    const { db, all, named } = await surveyed(story);
    const needing = all.filter(needsSomebody);
    const causes = causesOf(needing);
    const found = causes.map((cause) => {
      const { matching, problem } = named(cause.query);
      assert.equal(problem, undefined, cause.query);
      assert.equal(matching.length, cause.hosts, `${cause.title}: ${cause.query}`);
      return matching.map((host) => host.id);
    });
    assert.equal(new Set(found.flat()).size, needing.length);
    assert.equal(found.flat().length, needing.length);
    db.close();
  }
});

Deno.test("causesOf() tells one cause for a storage server that many hosts cannot reach", async () => {
  const { db, all } = await surveyed({ host_count: 300 });
  const causes = causesOf(all.filter(needsSomebody));
  const server = causes.find((cause) => cause.title.includes("nas-01.lab.example:8000"))!;
  assert.equal(server.title, "nas-01.lab.example:8000 could not be reached");
  assert.ok(server.hosts > 1 && server.names.length > 1);
  assert.ok(causes.length < 12, `${causes.length} causes`);
  db.close();
});

Deno.test("fleetMap() puts each host into the group of its most common tag", async () => {
  const { db, all } = await surveyed({ host_count: 300 });
  const groups = fleetMap(all, new Set());
  assert.equal(groups.reduce((sum, group) => sum + group.hosts, 0), 300);
  assert.equal(groups[0]?.tag, "prod");
  assert.ok(!groups.some((group) => group.tag === "eu"), "prod is the wider tag");
  const many = all.map((host, n) => ({ ...host, tags: n % 2 === 0 ? [`tag ${n}`] : [] }));
  const wide = fleetMap(many, new Set());
  assert.deepEqual(wide.slice(-2).map((group) => group.query), [null, "tag:none"]);
  assert.equal(wide.length, 10);
  assert.match(wide[0]!.query!, /^tag:"tag \d+"$/);
  db.close();
});
