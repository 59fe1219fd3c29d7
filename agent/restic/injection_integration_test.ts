import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { recorder, Storage, until } from "./real_storage.ts";

const CANARY = "rm-injection-canary";

/** What a person may type that another program would read as more than a name. */
function hostileTexts(folder: string): string[] {
  const touch = `touch ${folder}/${CANARY}`;
  return [
    `--password-command=${touch.replaceAll("/", "∕")}`,
    "--repo=elsewhere",
    "--exclude=*",
    "--help",
    "--",
    "-",
    "-o",
    "-o local.connections=9",
    "-vv",
    "--dry-run",
    "--json=false",
    "@f",
    "@passwd",
    "#comment",
    "$HOME",
    "${PATH}",
    "$(touch canary)",
    "`touch canary`",
    "; touch canary",
    "| touch canary",
    "&& touch canary",
    "> canary",
    "%PATH%",
    "!important",
    "~",
    " leading space",
    "trailing space ",
    "two  spaces",
    "tab\there",
    "new\nline",
    "carriage\rreturn",
    "\u001b[2Kescape",
    'double "quotes"',
    "single 'quotes'",
    "back\\slash",
    "a[1]*?",
    "{brace,expansion}",
    "**",
    "emoji 💾👩‍👩‍👧",
    "\u202Eright to left",
    "שלום عليكم",
    "e\u0301 and é",
    "comma, comma",
    "x does not exist, skipping",
    '{"message_type":"summary","snapshot_id":"00000000"}',
    "very long ".repeat(25).trim(),
  ];
}

/** No file that one of the texts would make as a command is there; restic's own folder is `/`. */
function noCanary(folder: string): void {
  for (const place of [folder, "/"]) {
    const names = [...Deno.readDirSync(place)].map(({ name }) => name);
    assert(!names.includes(CANARY) && !names.includes("canary"), place);
  }
}

Deno.test("backup() takes hostile paths literally: each file is in the snapshot, alone, and nothing ran", async () => {
  await using storage = await Storage.start();
  const restic = await storage.restic();
  await restic.init(recorder());
  const names = hostileTexts(storage.folder);
  assert(names.length >= 30);
  const source = await storage.files(Object.fromEntries(names.map((name) => [name, name])));
  await Deno.writeTextFile(`${source}/a1x`, "matches a[1]*? as a pattern, but was not asked for");
  const set = { paths: names.map((name) => `${source}/${name}`), excludes: [], tags: [] };
  const outcome = await restic.backup(set, {}, recorder());
  assert.equal(outcome.status, "succeeded", outcome.error ?? "");

  const listing = await storage.plainRestic(["--json", "ls", outcome.stats?.snapshot_id ?? ""]);
  const files = listing.trim().split("\n").map((line) => JSON.parse(line))
    .filter((node) => node.type === "file").map((node) => node.path);
  assert.deepEqual(files.sort(), [...set.paths].sort());
  noCanary(storage.folder);
  noCanary(source);
});

Deno.test("backup() takes paths that look like options for missing paths, and runs no command", async () => {
  await using storage = await Storage.start();
  const restic = await storage.restic();
  await restic.init(recorder());
  const source = await storage.files({ a: "one" });
  const options = [
    `--password-command=touch ${storage.folder}/${CANARY}`,
    `--repository-file=${storage.folder}/${CANARY}`,
    `-o sftp.command=touch ${storage.folder}/${CANARY}`,
    "--stdin-from-command",
    "--exclude=*",
  ];
  const set = { paths: [...options, source], excludes: [], tags: [] };
  const outcome = await restic.backup(set, {}, recorder());
  assert.deepEqual([outcome.status, outcome.error_class], ["warning", "path_missing"]);
  assert.equal(outcome.stats?.files_processed, 1);
  noCanary(storage.folder);
});

Deno.test("backup() takes hostile tags and excludes literally", async () => {
  await using storage = await Storage.start();
  const restic = await storage.restic();
  await restic.init(recorder());
  const source = await storage.files({
    keep: "one",
    "$HOME": "two",
    "#comment": "three",
    " a": "4",
  });
  const texts = hostileTexts(storage.folder);
  // restic trims a tag; a comma is refused before restic runs.
  const tags = texts.filter((text) => text === text.trim() && !text.includes(","));
  // "**" excludes all, as it should; a bracket that stays open is no pattern.
  const patterns = texts.filter((text) => text !== "**" && !text.includes("[2K"));
  const excludes = [...patterns, "#comment", " a"];
  assert(tags.length >= 30 && excludes.length >= 30);
  const outcome = await restic.backup({ paths: [source], excludes, tags }, {}, recorder());
  assert.equal(outcome.status, "succeeded", outcome.error ?? "");

  const [snapshot] = JSON.parse(await storage.plainRestic(["--json", "snapshots"]));
  assert.deepEqual([...snapshot.tags].sort(), [...tags].sort());
  assert.deepEqual([...snapshot.excludes].sort(), [...excludes].sort());
  const listing = await storage.plainRestic(["--json", "ls", snapshot.id, source]);
  const names = listing.trim().split("\n").map((line) => JSON.parse(line))
    .filter((node) => node.type === "file").map((node) => node.name);
  assert.deepEqual(names, ["keep"]);
  noCanary(storage.folder);
  noCanary(source);
});

Deno.test("backup() says which exclude is no pattern, and backs nothing up", async () => {
  await using storage = await Storage.start();
  const restic = await storage.restic();
  await restic.init(recorder());
  const set = { paths: [storage.folder], excludes: ["[open"], tags: [] };
  const outcome = await restic.backup(set, {}, recorder());
  assert.equal(outcome.status, "failed");
  assert.match(
    outcome.error ?? "",
    /invalid pattern\(s\) provided: \[open\. Nothing was backed up/,
  );
});

Deno.test("backup() refuses a tag with a comma and a NUL before restic runs", async () => {
  await using storage = await Storage.start();
  const restic = await storage.restic();
  for (const set of [{ paths: ["/etc"], tags: ["a,b"] }, { paths: ["/etc\0/x"], tags: [] }]) {
    const outcome = await restic.backup({ ...set, excludes: [] }, {}, recorder());
    assert.deepEqual([outcome.status, outcome.exit_code], ["failed", null]);
    assert.match(outcome.error ?? "", /Nothing was backed up\.$/);
  }
});

Deno.test("backup() keeps secrets out of every command line, of its log and of other processes", async () => {
  await using storage = await Storage.start();
  const restic = await storage.restic();
  await restic.init(recorder());
  const access = storage.access();
  const secrets = [access.password, access.rest_password ?? ""];
  const source = await storage.files({ [`name with ${access.password}`]: randomBytes(2_000_000) });
  const missing = `${source}/${access.rest_password}`;
  const controller = new AbortController();
  const options = recorder(controller.signal);
  const limit = { limit_upload_kib_per_second: 50 };
  const set = { paths: [source, missing], excludes: [], tags: [] };
  const running = restic.backup(set, limit, options);
  let child: number | undefined;
  await until(() => {
    child = processes().find((pid) =>
      read(pid, "environ").includes(`RESTIC_CACHE_DIR=${storage.folder}/`)
    );
    return child !== undefined;
  });
  for (const pid of processes()) {
    const command_line = read(pid, "cmdline");
    for (const secret of secrets) assert(!command_line.includes(secret), `process ${pid}`);
    if (pid === child) continue;
    for (const secret of secrets) assert(!read(pid, "environ").includes(secret), `process ${pid}`);
  }
  assert(!read(child ?? 0, "environ").includes(access.password));
  const [run] = [...Deno.readDirSync(`${storage.folder}/work`)];
  const run_folder = `${storage.folder}/work/${run?.name}`;
  assert.equal((Deno.statSync(run_folder).mode ?? 0) & 0o777, 0o700);
  for (const { name, isDirectory } of Deno.readDirSync(run_folder)) {
    const mode = (Deno.statSync(`${run_folder}/${name}`).mode ?? 0) & 0o777;
    assert.equal(mode, isDirectory ? 0o700 : 0o600, name);
  }
  await until(() => options.events.some((event) => event.type === "log"));
  controller.abort();
  const outcome = await running;
  const reported = JSON.stringify([options.events, outcome]);
  for (const secret of secrets) assert(!reported.includes(secret));
  assert(reported.includes("***"));
});

function processes(): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => pid > 0);
}

function read(pid: number, file: string): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/${file}`);
  } catch {
    // It has ended, or is somebody else's.
    return "";
  }
}
