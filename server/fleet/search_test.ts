import assert from "node:assert/strict";
import type { SearchAnswer } from "../protocol/rest.ts";
import { ListHostsQuery, ListJobsQuery, ListSnapshotsQuery } from "../protocol/rest.ts";
import { seedStory } from "../tasks/seed/story.ts";
import { type SignedInUser, type TestApp, testApp } from "../testing.ts";
import { SYSTEM } from "../auth/permissions.ts";
import { FakeClock } from "../clock.ts";
import { MIGRATIONS } from "../db/migrations.ts";
import { openDatabase } from "../db/open.ts";
import { silentLog } from "../log.ts";

async function aFleet(host_count = 12) {
  const app = await testApp();
  const story = { host_count, snapshot_count: 3, now_ms: app.clock.now_ms() };
  await seedStory({ ...app.services, clock: app.clock, present: new Set() }, story);
  const { services } = app;
  const host = (name: string) =>
    services.hosts.list(SYSTEM, ListHostsQuery.parse({ limit: 500 })).items
      .find((one) => one.name === name)!;
  return { app, services, host };
}

function ask(app: TestApp, who: SignedInUser, query: Record<string, string>): Promise<Response> {
  return app.ask(`/api/search?${new URLSearchParams(query)}`, { headers: who.headers });
}

async function search(app: TestApp, who: SignedInUser, q: string, more = {}) {
  const answer = await ask(app, who, { q, ...more });
  assert.equal(answer.status, 200, q);
  return await answer.json() as SearchAnswer;
}

const labels = ({ actions }: SearchAnswer) =>
  actions.map(({ label, host_name }) => host_name === null ? label : `${label}, ${host_name}`);

Deno.test("search finds hosts by name, the closest first, and what can be done with the best", async () => {
  const { app } = await aFleet();
  const admin = await app.signIn("admin");
  const found = await search(app, admin, "DB");
  assert.deepEqual(found.hosts.map(({ name }) => name), ["db-primary", "db-replica"]);
  assert.equal(found.total_hosts, 2);
  assert.equal(found.hosts[0]!.backup_state, "failed");
  assert.deepEqual(labels(found).slice(0, 2), ["Retry, db-primary", "Open host, db-primary"]);
  assert.equal(found.actions[0]!.asks?.title, "Retry the backup of db-primary now?");
  assert.ok(found.jobs.every((job) => job.host_name === "db-primary") && found.jobs.length > 0);
});

Deno.test("search finds a host by its tag", async () => {
  const { app, host } = await aFleet();
  const admin = await app.signIn("admin");
  const { tags } = host("db-primary");
  const found = await search(app, admin, tags[0]!);
  assert.ok(found.hosts.length > 0 && found.total_hosts >= found.hosts.length);
  assert.deepEqual((await search(app, admin, '","')).hosts, []);
});

Deno.test("search finds a schedule by its name, with the host it is of", async () => {
  const { app, services, host } = await aFleet();
  const viewer = await app.signIn("viewer");
  const { id } = host("pi-garage");
  const photos = services.schedules.list(SYSTEM, id).items.find(({ name }) => name === "Photos")!;
  const { pages } = await search(app, viewer, " PHOTO");
  assert.deepEqual(pages, [
    { label: "Schedule Photos, pi-garage", href: `/hosts/${id}/schedules/${photos.id}` },
  ]);
  assert.equal((await search(app, viewer, "nightly")).pages.length, 4);
});

Deno.test("search finds a job by its short id and its whole one, and a snapshot by its first digits", async () => {
  const { app, services, host } = await aFleet();
  const viewer = await app.signIn("viewer");
  const job = services.jobs.list(SYSTEM, ListJobsQuery.parse({ limit: 1 })).items[0]!;
  for (const q of [job.id.slice(-8), job.id, job.id.toUpperCase()]) {
    const found = await search(app, viewer, q);
    assert.ok(found.jobs.some(({ id }) => id === job.id), q);
  }
  const query = ListSnapshotsQuery.parse({ limit: 1 });
  const snapshot = services.snapshots.list(SYSTEM, host("web-01").id, query).items[0]!;
  const { snapshots } = await search(app, viewer, snapshot.id.slice(0, 8));
  assert.deepEqual(snapshots[0], {
    id: snapshot.id,
    host_id: host("web-01").id,
    host_name: "web-01",
    time: snapshot.time,
  });
});

Deno.test("search offers each role what it may do", async () => {
  const { app, host } = await aFleet();
  const of_role = async (role: "viewer" | "operator" | "admin") =>
    labels(await search(app, await app.signIn(role), "git-01"));
  assert.equal((await of_role("operator"))[0], "Run now, git-01");
  assert.equal((await of_role("viewer"))[0], "Open host, git-01");
  const general = async (role: "viewer" | "admin") =>
    labels(await search(app, await app.signIn(role), ""));
  assert.ok((await general("admin")).includes("Add host"));
  assert.deepEqual(await general("viewer"), ["Dark theme", "Light theme", "Sign out"]);
  const narrowed = await search(app, await app.signIn("viewer"), "snap", {
    host_id: host("git-01").id,
  });
  assert.deepEqual(labels(narrowed), ["Snapshots, git-01"]);
});

Deno.test("search understands a command with a host, with and without the sign for commands", async () => {
  const { app } = await aFleet();
  const admin = await app.signIn("admin");
  for (const q of [">run now git-01", "run git-01", "> run git-01"]) {
    const found = await search(app, admin, q);
    assert.deepEqual([found.hosts, labels(found)], [[], ["Run now, git-01"]], q);
  }
  assert.deepEqual(labels(await search(app, admin, ">run db-primary")), ["Retry, db-primary"]);
  assert.deepEqual(labels(await search(app, admin, ">theme")), ["Dark theme", "Light theme"]);
  assert.deepEqual((await search(app, admin, ">db")).hosts, []);
});

Deno.test("search with nothing typed shows what was seen lately, as it is now", async () => {
  const { app, services, host } = await aFleet();
  const viewer = await app.signIn("viewer");
  const [job] = services.jobs.list(SYSTEM, ListJobsQuery.parse({ limit: 1 })).items;
  const gone = "01930000-0000-7000-8000-000000000000";
  const recent = [host("web-02").id, gone, "x'--", job!.id].join(",");
  const found = await search(app, viewer, "", { recent });
  assert.deepEqual(found.hosts.map(({ name }) => name), ["web-02"]);
  assert.deepEqual(found.jobs.map(({ id }) => id), [job!.id]);
  const without = (await search(app, viewer, "")).hosts.map((one) => one.last_good_backup_at ?? "");
  assert.deepEqual(without, without.toSorted());
  assert.ok(without.length > 0 && !without.includes(host("web-02").last_good_backup_at!));
  assert.ok(found.pages.some(({ href }) => href === "/jobs"));
});

Deno.test("search takes any text for text, and says what is wrong with a query", async () => {
  const { app } = await aFleet();
  const admin = await app.signIn("admin");
  const hostile = ["%", "_", "'", '"', "\\", "\0", "*", "' OR 1=1 --", "<script>", "𝕏".repeat(99)];
  for (const q of [...hostile, ">".repeat(50), "> '", "run '; DROP TABLE hosts"]) {
    const found = await search(app, admin, q);
    assert.deepEqual(found.hosts, [], q);
  }
  assert.equal((await ask(app, admin, { q: "x".repeat(201) })).status, 400);
  assert.equal((await ask(app, admin, { host_id: "none" })).status, 400);
  const unknown = "01930000-0000-7000-8000-000000000000";
  assert.equal((await ask(app, admin, { host_id: unknown })).status, 404);
});

Deno.test("search runs at most ten statements with 300 hosts", async () => {
  const { app, services } = await aFleet(300);
  const admin = await app.signIn("admin");
  for (const q of ["", "web", "cafe01", ">run now web", "run now nothing", "nothing at all", ">"]) {
    const proto = Object.getPrototypeOf(services.db.prepare("SELECT 1"));
    const original = { all: proto.all, get: proto.get, run: proto.run };
    let count = 0;
    for (const name of ["all", "get", "run"] as const) {
      proto[name] = function (...args: unknown[]) {
        count++;
        return original[name].apply(this, args);
      };
    }
    try {
      await search(app, admin, q);
    } finally {
      Object.assign(proto, original);
    }
    assert.ok(count <= 10, `${count} statements for ${JSON.stringify(q)}`);
  }
});

Deno.test("the migration to short ids finds the jobs of an older database by an index", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const path = `${folder}/a.db`;
    const options = { clock: new FakeClock(), log: silentLog };
    const at = MIGRATIONS.findIndex(({ name }) => name === "jobs by short id");
    const old = openDatabase(path, { ...options, migrations: MIGRATIONS.slice(0, at) });
    old.sqlite.exec(`
      INSERT INTO hosts (id, name, os, backup_set, created_at_ms) VALUES ('h1', 'a', 'linux', '{}', 1);
      INSERT INTO repositories (id, host_id, name, url, kind, append_only, credential_changed_at_ms)
        VALUES ('r1', 'h1', 'a', 'https://backup.example/a/', 'rest', 0, 1);
      INSERT INTO jobs (id, host_id, repository_id, kind, status, actor_kind, options, queued_at_ms,
        expires_at_ms)
        VALUES ('019a7000-0000-7000-8000-0000c0ffee01', 'h1', 'r1', 'backup', 'queued', 'user', '{}',
          1, 2);`);
    old.close();
    const db = openDatabase(path, options);
    const sql =
      "SELECT id FROM jobs WHERE substr(id, -8) >= 'c0ffee' AND substr(id, -8) < 'c0ffeeg'";
    assert.equal(db.prepare(sql).get()!["id"], "019a7000-0000-7000-8000-0000c0ffee01");
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all().map((row) => String(row["detail"]));
    assert.match(plan.join(" "), /USING (COVERING )?INDEX jobs_by_short_id/);
    db.close();
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
