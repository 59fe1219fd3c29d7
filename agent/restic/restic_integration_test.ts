import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { freePort, realRestic, recorder, Storage, until } from "./real_storage.ts";
import { Restic } from "./restic.ts";

const NO_LIMIT = {};

function aSet(...paths: string[]) {
  return { paths, excludes: [], tags: [] };
}

Deno.test("init() makes a repository once, and says repository_exists the second time", async () => {
  await using storage = await Storage.start();
  const restic = await storage.restic();
  const first = await restic.init(recorder());
  assert.equal(first.status, "succeeded", first.error ?? "");
  const config = JSON.parse(await storage.plainRestic(["cat", "config"]));
  assert.equal(first.stats?.repository_id, config.id);
  const second = await restic.init(recorder());
  assert.deepEqual([second.status, second.error_class], ["failed", "repository_exists"]);
  const probe = await restic.probe(new AbortController().signal);
  assert.deepEqual([probe.state, probe.restic_repository_id], ["ready", config.id]);
  assert.deepEqual([...Deno.readDirSync(`${storage.folder}/work`)], []);
});

Deno.test("backup() saves a snapshot that a plain restic lists, and a second one only what changed", async () => {
  await using storage = await Storage.start();
  const restic = await storage.restic();
  await restic.init(recorder());
  const source = await storage.files({
    a: "one",
    b: randomBytes(50_000),
  });
  const set = { paths: [source], excludes: [], tags: ["daily", "two words"] };
  const options = recorder();
  const first = await restic.backup(set, NO_LIMIT, options);
  assert.equal(first.status, "succeeded", first.error ?? "");
  assert.equal(first.stats?.files_new, 2);
  assert(options.events.some((event) => event.type === "progress"));
  assert(options.events.some((event) => event.type === "log"));

  await Deno.writeTextFile(`${source}/a`, "two");
  const second = await restic.backup(set, NO_LIMIT, recorder());
  assert.equal(second.stats?.files_changed, 1);
  assert.equal(second.stats?.files_unmodified, 1);
  assert((second.stats?.bytes_added ?? Infinity) < 50_000);

  const plain = JSON.parse(await storage.plainRestic(["--json", "snapshots"]));
  assert.deepEqual(
    plain.map((snapshot: { id: string }) => snapshot.id).sort(),
    [first.stats?.snapshot_id, second.stats?.snapshot_id].sort(),
  );
  const { outcome, snapshots } = await restic.snapshots(recorder());
  assert.equal(outcome.status, "succeeded");
  assert.deepEqual(snapshots?.map(({ id }) => id), [
    first.stats?.snapshot_id,
    second.stats?.snapshot_id,
  ]);
  assert.deepEqual(snapshots?.[0]?.tags, ["daily", "two words"]);
  assert.equal(snapshots?.[0]?.size_bytes, 50_003);
  assert.match(snapshots?.[0]?.time ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

  const { stats } = await restic.stats(recorder());
  assert.equal(stats?.snapshot_count, 2);
  assert.equal(stats?.lock_state, "unlocked");
  assert((stats?.dedup_ratio ?? 0) > 1.5);
  assert((stats?.size_bytes ?? 0) > 50_000);
});

Deno.test("backup() is uploading, without speed or time left, from all read to restic's summary", async () => {
  await using storage = await Storage.start();
  const restic = await storage.restic();
  await restic.init(recorder());
  const source = await storage.files({ a: randomBytes(3_000_000) });
  const options = recorder();
  const limit = { limit_upload_kib_per_second: 600 };
  const outcome = await restic.backup(aSet(source), limit, options);
  assert.equal(outcome.status, "succeeded", outcome.error ?? "");
  const seen = options.events.flatMap((event) => event.type === "progress" ? event.progress : []);
  const all_read = seen.filter((at) => at.phase === "uploading" && at.percent_done === 1);
  assert.ok(all_read.length > 0, "it takes seconds to upload what was read at once");
  for (const { throughput_bytes_per_second, eta_seconds } of all_read) {
    assert.deepEqual([throughput_bytes_per_second, eta_seconds], [null, null]);
  }
  assert.deepEqual(
    seen.slice(-2).map((at) => [at.phase, at.files_done, at.total_files, at.bytes_done]),
    [["finishing", 1, 1, 3_000_000], ["listing", 1, 1, 3_000_000]],
  );
});

Deno.test("backup() warns of a file that cannot be read, and saves the rest", async () => {
  await using storage = await Storage.start();
  const restic = await storage.restic();
  await restic.init(recorder());
  const source = await storage.files({ a: "one" });
  // Nobody can read it from the beginning, not even root.
  const unreadable = `/proc/${Deno.pid}/mem`;
  const outcome = await restic.backup(aSet(source, unreadable), NO_LIMIT, recorder());
  assert.deepEqual([outcome.status, outcome.error_class], ["warning", "files_unreadable"]);
  assert.equal(outcome.exit_code, 3);
  assert.match(outcome.error ?? "", /^1 file or folder could not be read \(first: \/proc\//);
  const listing = await storage.plainRestic(["ls", outcome.stats?.snapshot_id ?? ""]);
  assert(listing.includes(`${source}/a`));
});

Deno.test("backup() warns of a path that is missing, and fails when all are", async () => {
  await using storage = await Storage.start();
  const restic = await storage.restic();
  await restic.init(recorder());
  const source = await storage.files({ a: "one" });
  const partial = await restic.backup(aSet(source, `${source}/gone`), NO_LIMIT, recorder());
  assert.deepEqual([partial.status, partial.error_class], ["warning", "path_missing"]);
  assert(partial.error?.startsWith(`${source}/gone does not exist on this host.`));
  const none = await restic.backup(aSet(`${source}/gone`), NO_LIMIT, recorder());
  assert.deepEqual([none.status, none.error_class], ["failed", "all_paths_missing"]);
  const empty = await restic.backup(aSet(""), NO_LIMIT, recorder());
  assert.equal(empty.error_class, "all_paths_missing");
});

Deno.test("backup() and probe() tell a wrong password, a missing repository and a refused user apart", async () => {
  await using storage = await Storage.start();
  await (await storage.restic()).init(recorder());
  const source = await storage.files({ a: "one" });
  const cases = [
    [{ password: "wrong" }, "wrong_password", "wrong_password"],
    [{ url: `${storage.url}web-01/other/` }, "repository_missing", "missing"],
    [{ rest_password: "wrong" }, "http_unauthorized", "unauthorized"],
    [{ url: `${storage.url}web-02/` }, "http_unauthorized", "unauthorized"],
  ] as const;
  for (const [access, error_class, state] of cases) {
    const restic = await storage.restic({ access });
    const outcome = await restic.backup(aSet(source), NO_LIMIT, recorder());
    assert.deepEqual([outcome.status, outcome.error_class], ["failed", error_class]);
    assert.match(outcome.error ?? "", /Nothing was backed up/);
    assert.equal((await restic.probe(new AbortController().signal)).state, state);
  }
});

Deno.test("backup() fails with repository_locked while another restic holds the repository alone", async () => {
  await using storage = await Storage.start();
  const restic = await storage.restic();
  await restic.init(recorder());
  const source = await storage.files({ a: randomBytes(3_000_000) });
  await restic.backup(aSet(source), NO_LIMIT, recorder());
  const args = ["--limit-download=50", "--no-cache", "check", "--read-data"];
  const holder = storage.plainCommand(args).spawn();
  try {
    await until(() => lockFiles(storage).length > 0);
    holder.kill("SIGSTOP");
    const outcome = await restic.backup(aSet(source), NO_LIMIT, recorder());
    assert.deepEqual([outcome.status, outcome.error_class], ["failed", "repository_locked"]);
    assert.equal(outcome.exit_code, 11);
    assert.match(outcome.error ?? "", new RegExp(`\\(process ${holder.pid} on `));
    const { stats } = await restic.stats(recorder());
    assert.equal(stats?.lock_state, "locked");
  } finally {
    holder.kill("SIGKILL");
    await holder.output();
  }
});

Deno.test("backup() ends with deadline when nothing listens at the address", async () => {
  await using storage = await Storage.start();
  const access = { url: `http://127.0.0.1:${freePort()}/web-01/` };
  const restic = await storage.restic({ access, reach_deadline_seconds: 3 });
  const outcome = await restic.backup(aSet(storage.folder), NO_LIMIT, recorder());
  assert.deepEqual([outcome.status, outcome.error_class], ["failed", "deadline"]);
  assert.equal((await restic.probe(new AbortController().signal)).state, "unreachable");
  assert.equal((await restic.init(recorder())).error_class, "network");
});

Deno.test("backup() ends with deadline when a server takes the connection and never answers", async () => {
  await using storage = await Storage.start();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections = swallow(listener);
  const access = { url: `http://127.0.0.1:${listener.addr.port}/web-01/` };
  const restic = await storage.restic({ access, reach_deadline_seconds: 3 });
  const options = recorder();
  const outcome = await restic.backup(aSet(storage.folder), NO_LIMIT, options);
  assert.deepEqual([outcome.status, outcome.error_class], ["failed", "deadline"]);
  assert.match(outcome.error ?? "", /^The repository did not answer within 3 s\./);
  for (const connection of connections) connection.close();
});

Deno.test("backup() is not stopped by the deadline while the repository answers, however long restic is silent", async () => {
  await using storage = await Storage.start();
  await (await storage.restic()).init(recorder());
  const source = await storage.files({ a: "one" });
  const slow = await storage.restic({ reach_deadline_seconds: 8, stall_after_seconds: 2 });
  const options = recorder();
  const running = slow.backup(aSet(source), NO_LIMIT, options);
  const pid = await childWith(`${storage.folder}/work`);
  Deno.kill(pid, "SIGSTOP");
  await until(() =>
    options.events.some((event) => event.type === "log" && /said nothing/.test(event.text))
  );
  // Past the deadline: the probe has found a repository that answers.
  const passed = performance.now() + 7000;
  await until(() => performance.now() > passed);
  Deno.kill(pid, "SIGCONT");
  assert.equal((await running).status, "succeeded");
});

Deno.test("backup() says no_space when the storage's quota is used up", async () => {
  await using storage = await Storage.start({ max_size_bytes: 200_000 });
  const restic = await storage.restic();
  await restic.init(recorder());
  const source = await storage.files({ a: randomBytes(2_000_000) });
  const outcome = await restic.backup(aSet(source), NO_LIMIT, recorder());
  assert.deepEqual([outcome.status, outcome.error_class], ["failed", "no_space"]);
});

Deno.test("backup() that is cancelled leaves no lock, no files and no snapshot", async () => {
  await using storage = await Storage.start();
  const restic = await storage.restic();
  await restic.init(recorder());
  const source = await storage.files({ a: randomBytes(8_000_000) });
  const controller = new AbortController();
  const options = recorder(controller.signal);
  const limit = { limit_upload_kib_per_second: 100 };
  const running = restic.backup(aSet(source), limit, options);
  await until(() => lockFiles(storage).length > 0);
  controller.abort();
  const outcome = await running;
  assert.deepEqual([outcome.status, outcome.error_class], ["cancelled", "cancelled"]);
  assert.equal((await storage.plainRestic(["list", "locks"])).trim(), "");
  assert.deepEqual([...Deno.readDirSync(`${storage.folder}/work`)], []);
  assert.equal((await storage.plainRestic(["--json", "snapshots"])).trim(), "[]");
});

Deno.test("backup() that does not end on SIGINT is killed, and its lock is cleared", async () => {
  await using storage = await Storage.start();
  const restic = await storage.restic({ kill_after_seconds: 1 });
  await restic.init(recorder());
  const source = await storage.files({ a: randomBytes(8_000_000) });
  const controller = new AbortController();
  const limit = { limit_upload_kib_per_second: 100 };
  const running = restic.backup(aSet(source), limit, recorder(controller.signal));
  await until(() => lockFiles(storage).length > 0);
  Deno.kill(await childWith(`${storage.folder}/work`), "SIGSTOP");
  controller.abort();
  const outcome = await running;
  assert.deepEqual([outcome.status, outcome.exit_code], ["cancelled", null]);
  assert.equal((await storage.plainRestic(["list", "locks"])).trim(), "");
});

Deno.test("backup() that somebody else kills is restic_crashed, and its lock is cleared", async () => {
  await using storage = await Storage.start();
  const restic = await storage.restic();
  await restic.init(recorder());
  const source = await storage.files({ a: randomBytes(8_000_000) });
  const limit = { limit_upload_kib_per_second: 100 };
  const running = restic.backup(aSet(source), limit, recorder());
  await until(() => lockFiles(storage).length > 0);
  Deno.kill(await childWith(`${storage.folder}/work`), "SIGKILL");
  const outcome = await running;
  assert.deepEqual([outcome.status, outcome.error_class], ["failed", "restic_crashed"]);
  assert.equal((await storage.plainRestic(["list", "locks"])).trim(), "");
});

Deno.test("Restic says restic_not_found when its program has gone", async () => {
  await using storage = await Storage.start();
  const restic = new Restic({
    program: { ...(await realRestic()), path: `${storage.folder}/restic` },
    access: storage.access(),
    cache_dir: `${storage.folder}/cache`,
    work_dir: `${storage.folder}/work`,
    reach_deadline_seconds: 5,
  });
  const outcome = await restic.backup(aSet("/etc"), NO_LIMIT, recorder());
  assert.deepEqual([outcome.status, outcome.error_class], ["failed", "restic_not_found"]);
  assert.equal((await restic.probe(new AbortController().signal)).state, "restic_not_found");
});

function lockFiles(storage: Storage): string[] {
  return [...Deno.readDirSync(`${storage.folder}/data/web-01/locks`)].map(({ name }) => name);
}

/** The process whose arguments name this folder: the backup that runs. */
async function childWith(text: string): Promise<number> {
  let pid = 0;
  await until(() => {
    pid = [...Deno.readDirSync("/proc")].map(({ name }) =>
      Number(name)
    ).find((candidate) =>
      candidate > 0 && candidate !== Deno.pid && commandLine(candidate).includes(text)
    ) ?? 0;
    return pid > 0;
  });
  return pid;
}

function commandLine(pid: number): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/cmdline`);
  } catch {
    // It has ended.
    return "";
  }
}

function swallow(listener: Deno.TcpListener): Deno.TcpConn[] {
  const connections: Deno.TcpConn[] = [];
  (async () => {
    for await (const connection of listener) connections.push(connection);
  })();
  return connections;
}
