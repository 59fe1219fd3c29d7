import assert from "node:assert/strict";
import { join } from "node:path";
import { readyHost } from "../faults.ts";
import { Stack, type StackHost } from "../stack.ts";

const CANARY = "rm-injection-canary";

/** What another program would read as more than a name, and the server takes as one. */
function hostileNames(): string[] {
  return [
    `--password-command=touch ${CANARY}`,
    `-o sftp.command=touch ${CANARY}`,
    "--repo=elsewhere",
    "--repository-file=elsewhere",
    "--exclude=*",
    "--stdin-from-command",
    "--dry-run",
    "--json=false",
    "--help",
    "--",
    "-",
    "-vv",
    "@passwd",
    "#comment",
    "$HOME",
    "${PATH}",
    `$(touch ${CANARY})`,
    `\`touch ${CANARY}\``,
    `; touch ${CANARY}`,
    `| touch ${CANARY}`,
    `&& touch ${CANARY}`,
    `> ${CANARY}`,
    "%PATH%",
    "!important",
    "~",
    "~root",
    " leading space",
    "two  spaces",
    'double "quotes"',
    "single 'quotes'",
    "back\\slash",
    "a[1]*?",
    "{brace,expansion}",
    "emoji 💾👩‍👩‍👧",
    "\u202eright to left",
    "שלום عليكم",
    "e\u0301 and é",
    "x does not exist, skipping",
    '{"message_type":"summary","snapshot_id":"00000000"}',
    "<script>alert(1)<script>",
    "'; DROP TABLE jobs; --",
    "very long ".repeat(20).trim(),
  ];
}

/** Only paths may hold these: an exclude is one line, a tag has no control characters. */
const HOSTILE_PATHS_TOO = ["new\nline", "carriage\rreturn", "tab\there", "\u001b[2Kescape", "end "];

interface Node {
  type: string;
  path: string;
}

Deno.test("hostile paths, excludes and tags reach restic literally through REST, and run nothing", async () => {
  const stack = await Stack.start();
  try {
    const source = join(stack.dir, "source");
    await Deno.mkdir(source);
    const names = [...hostileNames(), ...HOSTILE_PATHS_TOO];
    for (const name of names) await Deno.writeTextFile(join(source, name), name);
    await Deno.writeTextFile(join(source, "a1x"), "what a[1]*? would match as a pattern");
    const excluded = join(stack.dir, "excluded");
    await Deno.mkdir(excluded);
    await Deno.writeTextFile(join(excluded, "kept"), "the only file no exclude names");
    for (const name of hostileNames()) await Deno.writeTextFile(join(excluded, name), name);
    const host = await readyHost(stack, "web-01");

    const paths = names.map((name) => `${source}/${name}`);
    const taken = await stack.runJob(host.id, {
      kind: "backup",
      backup_set: { paths, excludes: [], tags: [] },
    });
    assert.equal(taken.status, "succeeded", taken.error ?? "");
    assert.deepEqual(taken.backup_set?.paths, paths);
    assert.deepEqual(await filesIn(stack, host, taken.stats!.snapshot_id!), paths.toSorted());

    const tags = hostileNames().filter((name) =>
      name === name.trim() && name.length <= 64 && !name.includes(",")
    );
    assert.ok(tags.length >= 30, `${tags.length} tags`);
    const excludes = hostileNames().map((name) => name.replaceAll("\\", "\\\\"));
    const filtered = await stack.runJob(host.id, {
      kind: "backup",
      backup_set: { paths: [excluded], excludes, tags },
    });
    assert.equal(filtered.status, "succeeded", filtered.error ?? "");
    // An exclude is a pattern: in restic's language these two do not name the file of their text.
    const patterns = ["!important", "a[1]*?", "kept"].map((name) => `${excluded}/${name}`);
    assert.deepEqual(await filesIn(stack, host, filtered.stats!.snapshot_id!), patterns);
    const { stdout } = await stack.restic(
      host,
      "snapshots",
      "--json",
      filtered.stats!.snapshot_id!,
    );
    const [snapshot] = JSON.parse(stdout) as { tags: string[]; excludes: string[] }[];
    assert.deepEqual(snapshot!.tags.toSorted(), tags.toSorted());
    assert.deepEqual(snapshot!.excludes.toSorted(), excludes.toSorted());

    for (const place of [source, excluded, stack.dir, host.agent.dir, "/", Deno.cwd()]) {
      const canaries = [...Deno.readDirSync(place)].filter(({ name }) => name === CANARY);
      assert.deepEqual(canaries, [], place);
    }
  } finally {
    await stack.stop();
  }
});

/** The files of a snapshot, as plain restic lists them. */
async function filesIn(stack: Stack, host: StackHost, snapshot_id: string): Promise<string[]> {
  const { code, stdout } = await stack.restic(host, "ls", "--json", snapshot_id);
  assert.equal(code, 0);
  return stdout.trim().split("\n").map((line) => JSON.parse(line) as Node)
    .filter((node) => node.type === "file").map((node) => node.path).toSorted();
}
