/** @module Who may import whom (docs/architecture.md). A broken rule names the file and the import. */
import assert from "node:assert/strict";
import { dirname, join, relative } from "node:path";
import { projectDir } from "../server/tasks/setup.ts";

interface Import {
  from: string;
  /** A path from the project's root, or a bare specifier. */
  to: string;
  type_only: boolean;
}

const ROOT = projectDir();
const FOLDERS = ["server", "agent", "routes", "islands", "components", "tests", "bench"];
const ZOD_FREE = [
  "cron.ts",
  "ids.ts",
  "version.ts",
  "limits.ts",
  "close_codes.ts",
  "signing.ts",
  "paths.ts",
  "cert_pin.ts",
];
/** Pure and free of zod: whoever asks what somebody may do uses it, the audit log and components too. */
const PERMISSIONS = "server/auth/permissions.ts";
/** Nouns may use at run time only what stands to their left. */
const ORDER = [
  ["audit", "secrets"],
  ["auth"],
  ["commands"],
  ["repositories"],
  ["hosts"],
  ["snapshots"],
  ["schedules"],
  ["jobs"],
  ["fleet"],
  ["agents"],
  ["housekeeping"],
];

const files = [...sourceFiles()];
const imports = files.flatMap(importsOf);
const isTest = (path: string) =>
  /(_test|_bench|\/test_world|\/testing)\.tsx?$/.test(path) || path.startsWith("tests/");
const code = imports.filter((i) => !isTest(i.from));

function check(title: string, broken: (i: Import) => boolean, among = code): void {
  Deno.test(`imports: ${title}`, () => {
    const found = among.filter(broken).map((i) => `${i.from} imports ${i.to}`);
    assert.deepEqual(found, []);
  });
}

check(
  "server/protocol is a leaf that knows only zod and croner",
  (i) =>
    i.from.startsWith("server/protocol/") && !i.to.startsWith("server/protocol/") &&
    !["zod", "croner"].includes(i.to),
);

check(
  "the agent sees nothing of the server but the protocol",
  (i) =>
    i.from.startsWith("agent/") && /^(server|routes|islands|components)\//.test(i.to) &&
    !i.to.startsWith("server/protocol/"),
);

check(
  "the agent takes only types from the files with zod",
  (i) =>
    i.from.startsWith("agent/") && i.to.startsWith("server/protocol/") && !i.type_only &&
    !ZOD_FREE.includes(i.to.slice("server/protocol/".length)),
);

check(
  "the zod-free files of the protocol stay so",
  (i) => ZOD_FREE.includes(i.from.replace("server/protocol/", "")) && i.to === "zod",
);

check(
  "no noun reads another noun's store",
  (i) =>
    i.to.endsWith("_store.ts") && dirname(i.from) !== dirname(i.to) &&
    i.from !== "server/tasks/seed.ts",
);

check(
  "routes know no SQL",
  (i) => i.from.startsWith("routes/") && (i.to.startsWith("server/db/") || i.to === "node:sqlite"),
);

check("islands run in a browser", (i) =>
  i.from.startsWith("islands/") && !i.type_only &&
  !/^(islands\/|components\/|server\/protocol\/|preact|@preact\/|fresh\/runtime$)/.test(i.to));

check(
  "components know no server",
  (i) =>
    i.from.startsWith("components/") && !i.type_only && i.to.startsWith("server/") &&
    !i.to.startsWith("server/protocol/") && i.to !== PERMISSIONS,
);

check(
  "server/fresh knows nothing of backups",
  (i) =>
    i.from.startsWith("server/fresh/") && /^(server|agent|routes)\//.test(i.to) &&
    !i.to.startsWith("server/fresh/"),
);

check(
  "the checker of histories knows of the server only the protocol",
  (i) =>
    i.from.startsWith("tests/checker/") && i.to.includes("/") && i.to !== "node:assert/strict" &&
    !/^(tests\/checker|server\/protocol)\//.test(i.to),
  imports,
);

check("nouns use only nouns to their left", (i) => {
  const from = rank(i.from);
  const to = rank(i.to);
  return !i.type_only && i.to !== PERMISSIONS && from !== undefined && to !== undefined &&
    to > from;
});

Deno.test("every import of a file leads to a file", async () => {
  const missing: string[] = [];
  for (const i of imports) {
    if (!/^(server|agent|routes|islands|components|tests|bench)\//.test(i.to)) continue;
    try {
      await Deno.stat(join(ROOT, i.to));
    } catch {
      missing.push(`${i.from} imports ${i.to}`);
    }
  }
  assert.deepEqual(missing, []);
});

Deno.test("no source file is over 600 lines, no folder is called utils, helpers, common or lib", () => {
  const long = files.filter((path) =>
    !isTest(path) && Deno.readTextFileSync(join(ROOT, path)).split("\n").length > 600
  );
  const vague = files.filter((path) => /(^|\/)(utils?|helpers?|common|lib)(\/|\.tsx?$)/.test(path));
  assert.deepEqual({ long, vague }, { long: [], vague: [] });
});

function rank(path: string): number | undefined {
  const noun = /^server\/([a-z]+)\//.exec(path)?.[1];
  const index = ORDER.findIndex((group) => noun !== undefined && group.includes(noun));
  return index === -1 ? undefined : index;
}

function* sourceFiles(): Generator<string> {
  for (const folder of FOLDERS) yield* walk(folder);
}

function* walk(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(join(ROOT, folder))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* walk(path);
    else if (/\.tsx?$/.test(entry.name)) yield path;
  }
}

function importsOf(from: string): Import[] {
  const text = Deno.readTextFileSync(join(ROOT, from));
  const found: Import[] = [];
  const statements =
    /^\s*(?:import|export)\s+(type\s)?(?:[^"'`;()]*?\sfrom\s+)?"([^"\n]+)"|\bimport\(\s*"([^"\n]+)"/gm;
  for (const match of text.matchAll(statements)) {
    const specifier = match[2] ?? match[3]!;
    const to = specifier.startsWith(".")
      ? relative(ROOT, join(ROOT, dirname(from), specifier))
      : specifier;
    found.push({ from, to, type_only: match[1] !== undefined });
  }
  return found;
}
