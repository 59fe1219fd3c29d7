import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { recorder, Storage, until } from "./real_storage.ts";

const NO_LIMIT = {};

async function backedUp(storage: Storage, bytes = 3_000_000) {
  const restic = await storage.restic();
  assert.equal((await restic.init(recorder())).status, "succeeded");
  const source = await storage.files({ a: randomBytes(bytes), b: "two" });
  const set = { paths: [source], excludes: [], tags: [] };
  assert.equal((await restic.backup(set, NO_LIMIT, recorder())).status, "succeeded");
  return restic;
}

function phasesOf({ events }: ReturnType<typeof recorder>): string[] {
  return [...new Set(events.flatMap((one) => one.type === "progress" ? one.progress.phase : []))];
}

/** The biggest file under data/, with its bytes made writable: rest-server keeps them read-only. */
async function biggestPack(storage: Storage): Promise<string> {
  let found = { path: "", size: 0 };
  const data = `${storage.folder}/data/web-01/data`;
  for (const folder of Deno.readDirSync(data)) {
    for (const { name } of Deno.readDirSync(`${data}/${folder.name}`)) {
      const path = `${data}/${folder.name}/${name}`;
      const { size } = await Deno.stat(path);
      if (size > found.size) found = { path, size };
    }
  }
  await Deno.chmod(found.path, 0o600);
  return found.path;
}

async function locksIn(storage: Storage): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(`${storage.folder}/data/web-01/locks`)) {
    names.push(name);
  }
  return names;
}

Deno.test("check() of a good repository on an append-only server finds no errors and leaves no lock", async () => {
  await using storage = await Storage.start();
  const restic = await backedUp(storage);
  const structure = recorder();
  const plain = await restic.check(undefined, NO_LIMIT, structure);
  assert.deepEqual([plain.status, plain.exit_code, plain.error], ["succeeded", 0, null]);
  assert.deepEqual(plain.stats, { snapshots_checked: 1, error_count: 0 });
  assert.deepEqual(phasesOf(structure), [
    "starting",
    "loading_index",
    "checking_packs",
    "checking_snapshots",
  ]);
  for (
    const read_data of [
      { how: "all" },
      { how: "percent", percent: 12.5 },
      { how: "part", part: 1, of: 1 },
      { how: "size", mib: 500 },
    ] as const
  ) {
    const options = recorder();
    const read = await restic.check(read_data, NO_LIMIT, options);
    assert.equal(read.status, "succeeded", `${JSON.stringify(read_data)}: ${read.error}`);
    assert.ok(read.stats!.packs_read! > 0);
    assert.ok(phasesOf(options).includes("reading_data"));
    const lines = options.events.flatMap((event) => event.type === "log" ? event.text : []);
    assert.ok(lines.includes("no errors were found"));
    assert.ok(!lines.some((line) => line.startsWith("[")), "counters are progress, no log");
  }
  assert.deepEqual(await locksIn(storage), []);
});

Deno.test("check() finds flipped bits only when it reads the data, and says restic's own advice", async () => {
  await using storage = await Storage.start();
  const restic = await backedUp(storage);
  const pack = await biggestPack(storage);
  const bytes = await Deno.readFile(pack);
  for (let at = 1000; at < 1050; at++) bytes[at] = bytes[at]! ^ 0xff;
  await Deno.writeFile(pack, bytes);
  assert.equal((await restic.check(undefined, NO_LIMIT, recorder())).status, "succeeded");
  const options = recorder();
  const read = await restic.check({ how: "all" }, NO_LIMIT, options);
  assert.deepEqual([read.status, read.error_class], ["failed", "repository_damaged"]);
  assert.equal(read.exit_code, 1);
  assert.match(read.error!, /^The check found errors in the repository: [Pp]ack [0-9a-f]{64}/);
  assert.match(read.error!, /restic says: The repository contains damaged pack files/);
  assert.match(
    read.error!,
    /"restic repair packs [0-9a-f]{64}" "restic repair snapshots --forget"/,
  );
  await Deno.remove(pack);
  const missing = await restic.check(undefined, NO_LIMIT, recorder());
  assert.deepEqual([missing.status, missing.error_class], ["failed", "repository_damaged"]);
  assert.match(missing.error!, /does not exist/);
});

Deno.test("check() that is cancelled ends soon and leaves neither lock nor cache", async () => {
  await using storage = await Storage.start();
  const restic = await backedUp(storage, 40_000_000);
  const cancel = new AbortController();
  const options = recorder(cancel.signal);
  const slow = { limit_download_kib_per_second: 2000 };
  const running = restic.check({ how: "all" }, slow, options);
  await until(() => phasesOf(options).includes("reading_data"));
  assert.equal((await locksIn(storage)).length, 1);
  cancel.abort();
  const outcome = await running;
  assert.deepEqual([outcome.status, outcome.error_class], ["cancelled", "cancelled"]);
  assert.deepEqual(await locksIn(storage), []);
  const caches = [...Deno.readDirSync(`${storage.folder}/cache`)].map(({ name }) => name);
  assert.ok(!caches.some((name) => name.startsWith("restic-check-cache-")), caches.join());
});

Deno.test("check() of a locked repository says who holds it, and unlock() lets the living one be", async () => {
  await using storage = await Storage.start();
  const restic = await backedUp(storage, 40_000_000);
  const holder = storage.plainCommand(["--limit-download=500", "check", "--read-data"]).spawn();
  const ended = holder.output();
  await until(async () => (await locksIn(storage)).length === 1);
  const outcome = await restic.check(undefined, NO_LIMIT, recorder());
  assert.deepEqual([outcome.status, outcome.error_class], ["failed", "repository_locked"]);
  const owner = new RegExp(`\\(process ${holder.pid} on ${Deno.hostname()}, since \\d{4}-`);
  assert.match(outcome.error!, owner);
  const locks = await restic.locks(new AbortController().signal);
  const [lock] = locks!;
  assert.deepEqual([lock?.pid, lock?.exclusive, lock?.holder], [holder.pid, true, "alive"]);

  const refused = await restic.unlock(recorder());
  assert.deepEqual([refused.status, refused.error_class], ["failed", "repository_locked"]);
  assert.deepEqual(refused.stats, { locks_removed: 0, locks_kept: 1 });
  assert.match(refused.error!, /stays: its process is at work/);
  assert.equal((await locksIn(storage)).length, 1);

  holder.kill("SIGKILL");
  await ended;
  const left = await restic.locks(new AbortController().signal);
  assert.equal(left?.[0]?.holder, "dead");
  const removed = await restic.unlock(recorder());
  assert.equal(removed.status, "succeeded", removed.error ?? "");
  assert.deepEqual(removed.stats, { locks_removed: 1, locks_kept: 0 });
  assert.deepEqual(await locksIn(storage), []);
  const nothing = await restic.unlock(recorder());
  assert.deepEqual([nothing.status, nothing.stats?.locks_removed], ["succeeded", 0]);
  assert.equal((await restic.check(undefined, NO_LIMIT, recorder())).status, "succeeded");
});
