import assert from "node:assert/strict";
import {
  aConnection,
  ADMIN,
  aHost,
  enrolledHost,
  OPERATOR,
  type TestWorld,
  testWorld,
  VIEWER,
} from "../agents/test_world.ts";
import type { FinalJobStatus } from "../protocol/entities.ts";
import { ListHostsQuery } from "../protocol/rest.ts";
import { CLOSE } from "../protocol/close_codes.ts";
import { Hosts } from "./hosts.ts";
import { mintId } from "../ids.ts";

const ALL = ListHostsQuery.parse({});

/** Puts a backup's end on a host's row, as jobs do. */
function backupEnded(
  world: TestWorld,
  host_id: string,
  run: { status: FinalJobStatus; hours_ago: number },
): void {
  const at_ms = world.clock.now_ms() - run.hours_ago * 3_600_000;
  const good = run.status === "succeeded" ? at_ms : null;
  world.db.prepare(
    `UPDATE hosts SET last_backup_at_ms = ?, last_backup_status = ?, last_good_backup_at_ms = ?
     WHERE id = ?`,
  ).run(at_ms, run.status, good, host_id);
}

Deno.test("hosts.list() puts the worst first, then goes by name, and counts all of them", async () => {
  const world = await testWorld();
  const add = async (name: string) => (await world.enrollment.add(ADMIN, aHost(name))).host.id;
  backupEnded(world, await add("a-good"), { status: "succeeded", hours_ago: 1 });
  backupEnded(world, await add("b-gaps"), { status: "warning", hours_ago: 1 });
  backupEnded(world, await add("c-stale"), { status: "succeeded", hours_ago: 30 });
  await add("d-never");
  backupEnded(world, await add("f-failed"), { status: "failed", hours_ago: 1 });
  backupEnded(world, await add("E-failed"), { status: "interrupted", hours_ago: 1 });
  const names = (query: Record<string, unknown>) =>
    world.hosts.list(VIEWER, ListHostsQuery.parse(query)).items.map((host) => host.name);
  assert.deepEqual(names({}), ["E-failed", "f-failed", "d-never", "c-stale", "b-gaps", "a-good"]);
  assert.deepEqual(names({ limit: 2, offset: 1 }), ["f-failed", "d-never"]);
  assert.equal(world.hosts.list(VIEWER, { ...ALL, limit: 1 }).total, 6);
  assert.deepEqual(names({ state: "gaps" }), ["b-gaps"]);
  assert.deepEqual(names({ status: "online" }), []);
  assert.deepEqual(names({ q: "FAIL" }), ["E-failed", "f-failed"]);
  assert.deepEqual(names({ tag: "lab", state: "never" }), ["d-never"]);
  assert.deepEqual(names({ tag: "la" }), []);
  world.db.close();
});

Deno.test("hosts.edit() lets an operator change the backup set alone, an administrator the rest", async () => {
  const world = await testWorld();
  const { id } = (await world.enrollment.add(ADMIN, aHost("web-01"))).host;
  const backup_set = { paths: ["/srv"], excludes: [], tags: ["x"] };
  assert.deepEqual(world.hosts.edit(OPERATOR, id, { backup_set }).backup_set, backup_set);
  assert.throws(() => world.hosts.edit(OPERATOR, id, { backup_set, tags: [] }), {
    code: "forbidden",
  });
  assert.throws(() => world.hosts.edit(VIEWER, id, { backup_set }), { code: "forbidden" });
  const edited = world.hosts.edit(ADMIN, id, { name: "web-1", tags: ["a"], goal_seconds: 7200 });
  assert.deepEqual(
    [edited.name, edited.tags, edited.goal_seconds, edited.backup_set],
    ["web-1", ["a"], 7200, backup_set],
  );
  const audited = world.audit.list(ADMIN, { action: "host.edit", limit: 10 }).items;
  assert.deepEqual(audited.map((entry) => entry.actor_name), ["an admin", "an operator"]);
  world.db.close();
});

Deno.test("hosts.edit() refuses the name of another host in any case, but takes its own", async () => {
  const world = await testWorld();
  await world.enrollment.add(ADMIN, aHost("web-01"));
  const { id } = (await world.enrollment.add(ADMIN, aHost("web-02"))).host;
  assert.throws(() => world.hosts.edit(ADMIN, id, { name: "WEB-01" }), {
    code: "name_taken",
    field: "name",
  });
  assert.equal(world.hosts.edit(ADMIN, id, { name: "WEB-02" }).name, "WEB-02");
  world.db.close();
});

Deno.test("hosts.remove() closes every socket, revokes the bearer, and keeps only the audit", async () => {
  const world = await testWorld();
  const { id, enrolled } = await enrolledHost(world);
  const closed: number[] = [];
  world.hub.add(id, aConnection(closed));
  assert.throws(() => world.hosts.remove(OPERATOR, id), { code: "forbidden" });
  world.hosts.remove(ADMIN, id);
  assert.deepEqual(closed, [CLOSE.host_removed]);
  assert.equal(world.hosts.byBearer(enrolled.bearer), undefined);
  assert.throws(() => world.hosts.get(ADMIN, id), { code: "not_found" });
  for (const table of ["repositories", "credentials", "enrollment_tokens"]) {
    assert.equal(world.db.prepare(`SELECT count(*) AS n FROM ${table}`).get()!.n, 0, table);
  }
  const actions = world.audit.list(ADMIN, { target_id: id, limit: 10 }).items;
  assert.deepEqual(actions.map((e) => e.action), ["host.remove", "host.enrol", "host.add"]);
  world.db.close();
});

Deno.test("hosts.get() follows an agent from pending to online to offline", async () => {
  const world = await testWorld();
  const status = (id: string) => world.hosts.get(VIEWER, id).status;
  const { host, token } = await world.enrollment.add(ADMIN, aHost("web-00"));
  assert.equal(status(host.id), "pending");
  assert.ok(token);
  const { id } = await enrolledHost(world);
  assert.equal(status(id), "degraded", "its first config is not applied yet");
  world.hosts.recordHello(id, {
    type: "hello",
    protocol_version: 1,
    agent_version: "0.1.0",
    run_id: mintId(),
    os: "linux",
    os_version: "Debian 12",
    arch: "x86_64",
    hostname: "web-01",
    restic_version: "0.19.1",
    restic_error: null,
    running_jobs: [],
    config_version: 2,
    command_counter: 0,
    time: new Date(world.clock.now_ms() + 2000).toISOString(),
  });
  assert.equal(status(id), "online");
  assert.equal(world.hosts.get(VIEWER, id).clock_skew_seconds, 2);
  world.clock.advance(91);
  assert.equal(status(id), "offline");
  world.hub.heard(id, world.clock.now_ms());
  assert.equal(status(id), "online");
  world.db.close();
});

Deno.test("hosts.list() needs two statements for 1,000 hosts", async () => {
  const world = await testWorld();
  world.db.transaction(() => {
    for (let i = 0; i < 1000; i++) {
      const backup_set = { paths: ["/etc"], excludes: [], tags: [] };
      world.hosts.create({ id: mintId(), name: `host-${i}`, os: "linux", tags: [], backup_set });
    }
  });
  let reads = 0;
  const counting = new Proxy(world.db, {
    get(db, key) {
      if (key !== "prepare") return Reflect.get(db, key, db);
      return (sql: string) => {
        const statement = db.prepare(sql);
        return new Proxy(statement, {
          get(target, name) {
            if (name === "all" || name === "get") reads += 1;
            const value = Reflect.get(target, name, target);
            return typeof value === "function" ? value.bind(target) : value;
          },
        });
      };
    },
  });
  const hosts = new Hosts({ ...world, db: counting });
  reads = 0;
  assert.equal(hosts.list(VIEWER, ALL).total, 1000);
  assert.equal(reads, 2);
  world.db.close();
});
