import assert from "node:assert/strict";
import { ADMIN, enrolledHost, type TestWorld, testWorld, VIEWER } from "../agents/test_world.ts";
import { iso } from "../clock.ts";
import { mintId } from "../ids.ts";
import type { Snapshot } from "../protocol/entities.ts";
import { ListSnapshotsQuery } from "../protocol/rest.ts";
import { Snapshots } from "./snapshots.ts";

const DAY_MS = 86_400_000;
const START_MS = Date.parse("2026-01-01T00:00:00Z");

function aSnapshot(n: number, of: Partial<Snapshot> = {}): Snapshot {
  return {
    id: n.toString(16).padStart(64, "0"),
    time: iso(START_MS + n * DAY_MS),
    hostname: "web-01",
    username: "root",
    paths: ["/etc", "/home"],
    tags: [],
    parent: null,
    program_version: "restic 0.19.1",
    size_bytes: 1000,
    file_count: 10,
    added_bytes: 5,
    ...of,
  };
}

async function aWorld() {
  const world = await testWorld();
  const host = await enrolledHost(world);
  return { ...world, host_id: host.id, snapshots: new Snapshots(world) };
}

/** Reports a list in pages of this size, in the given order of pages. */
function reportIn(
  world: Pick<TestWorld, "db"> & { snapshots: Snapshots; host_id: string },
  all: Snapshot[],
  page_rows = 500,
) {
  const pages = Math.max(1, Math.ceil(all.length / page_rows));
  const listing_id = mintId();
  const send = (page: number) =>
    world.snapshots.applyPage(world.host_id, {
      type: "snapshots.report",
      report: { run_id: listing_id, seq: page },
      listing_id,
      page,
      pages,
      snapshots: all.slice((page - 1) * page_rows, page * page_rows),
    });
  return { pages, send, sendAll: () => Array.from({ length: pages }, (_, i) => send(i + 1)) };
}

const query = (of: Record<string, string> = {}) => ListSnapshotsQuery.parse(of);

Deno.test("applyPage() shows what a page names, and counts once every page is there in whatever order", async () => {
  const world = await aWorld();
  const all = [1, 2, 3, 4, 5].map((n) => aSnapshot(n));
  const listing = reportIn(world, all, 2);
  const total = () => world.snapshots.list(VIEWER, world.host_id, query()).total;
  listing.send(3);
  listing.send(1);
  listing.send(1);
  assert.equal(total(), 3);
  assert.equal(world.hosts.get(ADMIN, world.host_id).snapshot_count, 0);
  listing.send(2);
  assert.equal(total(), 5);
  assert.equal(world.hosts.get(ADMIN, world.host_id).snapshot_count, 5);
  const repository = world.repositories.forHost(ADMIN, world.host_id)!;
  assert.equal(repository.snapshot_count, 5);
  assert.notEqual(repository.initialised_at, null);
  const left = world.db.prepare("SELECT count(*) AS n FROM snapshot_pages").get()!;
  assert.equal(left.n, 0);
  world.db.close();
});

Deno.test("applyPage() replaces the list: what is gone leaves, what was retagged changes", async () => {
  const world = await aWorld();
  reportIn(world, [aSnapshot(1), aSnapshot(2), aSnapshot(3)]).sendAll();
  reportIn(world, [aSnapshot(2, { tags: ["keep"] }), aSnapshot(4)]).sendAll();
  const { items } = world.snapshots.list(VIEWER, world.host_id, query());
  assert.deepEqual(items, [aSnapshot(4), aSnapshot(2, { tags: ["keep"] })]);
  reportIn(world, []).sendAll();
  assert.equal(world.snapshots.list(VIEWER, world.host_id, query()).total, 0);
  assert.equal(world.hosts.get(ADMIN, world.host_id).snapshot_count, 0);
  world.db.close();
});

Deno.test("applyPage() removes nothing while a listing is half told", async () => {
  const world = await aWorld();
  const total = () => world.snapshots.list(VIEWER, world.host_id, query()).total;
  reportIn(world, [aSnapshot(1), aSnapshot(2)]).sendAll();
  const listing = reportIn(world, [aSnapshot(3), aSnapshot(4)], 1);
  listing.send(2);
  assert.equal(total(), 3);
  listing.send(1);
  assert.equal(total(), 2);
  world.db.close();
});

Deno.test("applyPage() of a list that did not change writes no snapshot", async () => {
  const world = await aWorld();
  const all = [1, 2, 3].map((n) => aSnapshot(n, { tags: [`t${n}`] }));
  reportIn(world, all).sendAll();
  world.db.sqlite.exec(`CREATE TRIGGER refuse BEFORE UPDATE ON snapshots
    BEGIN SELECT RAISE(ABORT, 'written again'); END`);
  reportIn(world, all, 2).sendAll();
  assert.equal(world.snapshots.list(VIEWER, world.host_id, query()).total, 3);
  world.db.close();
});

Deno.test("A long list is swept in steps, also after a stop, and forgets lists of paths nobody has", async () => {
  const world = await aWorld();
  const all = Array.from({ length: 2500 }, (_, n) => aSnapshot(n, { tags: [`t${n % 2}`] }));
  const left = all.filter((one) => one.tags[0] === "t1");
  const total = () => world.snapshots.list(VIEWER, world.host_id, query()).total;
  reportIn(world, all).sendAll();
  reportIn(world, left).sendAll();
  // The server stopped right here: another one over the same rows goes on.
  const after_stop = new Snapshots(world);
  after_stop.sweep();
  await Promise.all([world.snapshots.whenSwept(), after_stop.whenSwept()]);
  assert.equal(total(), 1250);
  assert.equal(world.hosts.get(ADMIN, world.host_id).snapshot_count, 1250);
  const lists = world.db.prepare("SELECT items FROM snapshot_lists ORDER BY items").all();
  assert.deepEqual(lists.map((row) => row.items), ['["/etc","/home"]', '["t1"]']);
  assert.equal(world.db.prepare("SELECT count(*) AS n FROM snapshot_pages").get()!.n, 0);
  world.db.close();
});

Deno.test("A sweep gives up when a newer listing begins, and never removes what that one names", async () => {
  const world = await aWorld();
  const all = Array.from({ length: 2500 }, (_, n) => aSnapshot(n));
  reportIn(world, all).sendAll();
  reportIn(world, all.slice(1)).sendAll();
  const newer = [...all.slice(2), aSnapshot(9000)];
  const listing = reportIn(world, newer);
  listing.send(listing.pages);
  await world.snapshots.whenSwept();
  const total = () => world.snapshots.list(VIEWER, world.host_id, query()).total;
  assert.equal(total(), 2501);
  listing.sendAll();
  await world.snapshots.whenSwept();
  assert.equal(total(), 2499);
  assert.equal(world.snapshots.list(VIEWER, world.host_id, query()).items[0]?.id, newer.at(-1)!.id);
  world.db.close();
});

Deno.test("applyPage() refuses more rows of a host than may be kept, whatever listings they come in", async () => {
  const world = await aWorld();
  const snapshots = new Snapshots({ ...world, rows_per_host_max: 1000 });
  const total = () => snapshots.list(VIEWER, world.host_id, query()).total;
  const page = (first: number) =>
    snapshots.applyPage(world.host_id, {
      type: "snapshots.report",
      report: { run_id: mintId(), seq: 1 },
      listing_id: mintId(),
      page: 1,
      pages: 2,
      snapshots: Array.from({ length: 400 }, (_, n) => aSnapshot(first + n)),
    });
  assert.deepEqual([page(0), page(400), page(800), page(1200)], [true, true, false, false]);
  assert.equal(total(), 800);
  assert.equal(page(0), false, "nor what is known: a list that is too long stays as it is");
  const listing_id = mintId();
  const report = { run_id: mintId(), seq: 1 };
  const rest = { type: "snapshots.report", report, listing_id, page: 1, pages: 1 } as const;
  assert.equal(snapshots.applyPage(world.host_id, { ...rest, snapshots: [aSnapshot(1)] }), true);
  assert.equal(total(), 1);
  assert.deepEqual([page(400), page(0)], [true, true]);
  world.db.close();
});

Deno.test("applyPage() gives an unfinished listing up when a newer one begins", async () => {
  const world = await aWorld();
  reportIn(world, [aSnapshot(1), aSnapshot(2)], 1).send(1);
  reportIn(world, [aSnapshot(3)]).sendAll();
  assert.deepEqual(world.snapshots.list(VIEWER, world.host_id, query()).items, [aSnapshot(3)]);
  world.db.close();
});

Deno.test("list() filters by tag, path and time, exactly, and pages newest first", async () => {
  const world = await aWorld();
  const quoted = 'a","b';
  reportIn(world, [
    aSnapshot(1, { tags: ["prod"] }),
    aSnapshot(2, { tags: ["prod-2", quoted] }),
    aSnapshot(3, { paths: ["/srv/data/"] }),
    aSnapshot(4, { paths: ["C:\\Users"] }),
    aSnapshot(5, { paths: ["/"] }),
  ]).sendAll();
  const days = (of: Record<string, string>) =>
    world.snapshots.list(VIEWER, world.host_id, query(of)).items.map((s) => parseInt(s.id, 16));
  assert.deepEqual(days({ tag: "prod" }), [1]);
  assert.deepEqual(days({ tag: quoted }), [2]);
  assert.deepEqual(days({ tag: "b" }), []);
  assert.deepEqual(days({ path: "/home/user" }), [5, 2, 1]);
  assert.deepEqual(days({ path: "/homework" }), [5]);
  assert.deepEqual(days({ path: "/srv/data" }), [5, 3]);
  assert.deepEqual(days({ path: "/srv/data/x" }), [5, 3]);
  assert.deepEqual(days({ path: "C:\\Users\\b" }), [4]);
  assert.deepEqual(days({ path: "C:\\Users\\" }), [4]);
  assert.deepEqual(days({ path: `/srv/data${"/deep".repeat(60)}` }), [5, 3]);
  assert.deepEqual(days({ since: "2026-01-03T00:00:00Z", until: "2026-01-05T00:00:00Z" }), [3, 2]);
  assert.deepEqual(days({ limit: "2", offset: "1" }), [4, 3]);
  world.db.close();
});

Deno.test("list() pages through 100,000 snapshots of one host", async () => {
  const world = await aWorld();
  const all = Array.from({ length: 100_000 }, (_, n) => ({
    ...aSnapshot(n),
    time: iso(START_MS + n * 60_000),
    tags: n % 1000 === 0 ? ["monthly"] : ["daily"],
  }));
  reportIn(world, all).sendAll();
  const page = world.snapshots.list(VIEWER, world.host_id, query({ limit: "50" }));
  assert.equal(page.total, 100_000);
  assert.equal(page.items[0]?.id, all.at(-1)!.id);
  assert.equal(world.snapshots.list(VIEWER, world.host_id, query({ tag: "monthly" })).total, 100);
  world.db.close();
});

Deno.test("applyPage() takes no list that was read at an address that the repository has no more", async () => {
  const world = await aWorld();
  const { host_id } = world;
  const config_version = world.repositories.configVersion(host_id)!;
  const list = (version: number) =>
    world.snapshots.applyPage(host_id, {
      type: "snapshots.report",
      report: { run_id: mintId(), seq: 1 },
      ...{ listing_id: mintId(), page: 1, pages: 1, config_version: version },
      snapshots: [aSnapshot(1)],
    });
  await world.repositories.editCredentials(ADMIN, host_id, { url: "https://storage.example/new/" });
  list(config_version);
  assert.equal(world.snapshots.list(VIEWER, host_id, query()).total, 0);
  assert.equal(world.repositories.forHost(ADMIN, host_id)!.initialised_at, null);
  list(world.repositories.configVersion(host_id)!);
  assert.equal(world.snapshots.list(VIEWER, host_id, query()).total, 1);
  assert.notEqual(world.repositories.forHost(ADMIN, host_id)!.initialised_at, null);
  world.db.close();
});
