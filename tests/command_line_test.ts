import assert from "node:assert/strict";
import fc from "fast-check";
import { buildArguments } from "../agent/restic/command.ts";
import { commandLine } from "../components/job/command_line.ts";
import type { BackupSet, Job } from "../server/protocol/entities.ts";

const REPOSITORY = { url: "https://nas.example:8000/web-01/", rest_username: "web-01" };
const PLACE = { repository: REPOSITORY, os: "linux" } as const;
const ADDRESS = "rest:https://web-01:***@nas.example:8000/web-01/";

function aJob(more: Partial<Job>) {
  const base = { kind: "backup", backup_set: null, bandwidth: {}, read_data: null } as const;
  return { ...base, ...more };
}

/** What a shell makes of the line: the password, then restic's arguments. */
async function readByShell(line: string): Promise<string[]> {
  const script = `restic() { printf '%s\\0' "$RESTIC_PASSWORD" "$@"; }\n${line}`;
  const { stdout, success } = await new Deno.Command("bash", {
    args: ["-c", script],
    env: { LC_ALL: "C.UTF-8" },
    clearEnv: true,
    stderr: "null",
  }).output();
  assert.ok(success, line);
  return new TextDecoder().decode(stdout).split("\0").slice(0, -1);
}

Deno.test("commandLine() gives a shell the arguments that the agent gives restic, and no secret", async () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }).map((one) => one.replaceAll("\0", "").toWellFormed()),
    fc.constantFrom(
      "--password-command=x",
      "it's",
      'a "b"',
      "$(id)",
      "`id`",
      "a\nb",
      "*",
      "\\",
      "!",
    ),
  ).filter((one) => one !== "");
  const texts = fc.array(text, { maxLength: 4 });
  const sets = fc.record({
    paths: fc.array(text.map((one) => `/${one}`), { minLength: 1, maxLength: 4 }),
    ...{ excludes: texts, tags: texts, exclude_if_present: texts },
    ...{ exclude_caches: fc.boolean(), one_file_system: fc.boolean() },
  });
  await fc.assert(
    fc.asyncProperty(sets, async (set: BackupSet) => {
      const bandwidth = { limit_upload_kib_per_second: 5 };
      const line = commandLine(aJob({ backup_set: set, bandwidth }), PLACE)!;
      const theirs = buildArguments({ name: "backup", files_from: "f", set, bandwidth });
      assert.deepEqual(await readByShell(line), [
        ...["***", "-r", ADDRESS],
        ...theirs.filter((arg) => arg !== "--json" && arg !== "--files-from-raw=f"),
        ...["--", ...set.paths],
      ]);
    }),
    { numRuns: 60 },
  );
});

Deno.test("commandLine() says how much a check reads as the agent does", async () => {
  for (
    const read_data of [
      null,
      { how: "all" },
      { how: "percent", percent: 2.5 },
      { how: "part", part: 3, of: 7 },
      { how: "size", mib: 500 },
    ] as const
  ) {
    const line = commandLine(aJob({ kind: "check", read_data }), PLACE)!;
    const theirs = buildArguments({
      ...{ name: "check", bandwidth: {} },
      read_data: read_data ?? undefined,
    });
    assert.deepEqual((await readByShell(line)).slice(3), theirs);
  }
});

Deno.test("commandLine() of the other kinds, of Windows, and of a set that nobody knows", () => {
  assert.equal(
    commandLine(aJob({ kind: "unlock" }), PLACE),
    `RESTIC_PASSWORD='***' restic -r '${ADDRESS}' unlock`,
  );
  const open = { repository: { ...REPOSITORY, rest_username: null }, os: "windows" } as const;
  assert.equal(
    commandLine(aJob({ kind: "init" }), open),
    "$env:RESTIC_PASSWORD = '***'; restic -r rest:https://nas.example:8000/web-01/ init",
  );
  const backup_set = { paths: ["C:\\Users\\It's"], excludes: [], tags: [] };
  assert.match(commandLine(aJob({ backup_set }), open)!, /backup -- 'C:\\Users\\It''s'$/);
  assert.equal(commandLine(aJob({}), PLACE), undefined);
});
