/** @module The parts of a build that are not the framework's: the stylesheet, the agent's one file. */
import { createHash } from "node:crypto";
import { build, type BuildOptions, type Plugin } from "esbuild";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { StaticFile } from "../fresh/build.ts";
import { type Sources, staticFile } from "../fresh/discover.ts";

export const PROJECT_DIR = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");
export const BUILD_DIR = join(PROJECT_DIR, ".build");

/** How both programs become one file that Deno runs from an empty folder. */
export const ONE_FILE: BuildOptions = {
  absWorkingDir: PROJECT_DIR,
  bundle: true,
  minify: true,
  format: "esm",
  // Neutral, not node: some packages' files for node are CommonJS, which requires what ESM cannot.
  platform: "neutral",
  mainFields: ["module", "main"],
  external: ["node:*"],
  target: "esnext",
  jsx: "automatic",
  jsxImportSource: "preact",
  tsconfigRaw: {},
  loader: { ".sql": "text", ".sh": "text", ".ps1": "text" },
  write: false,
  metafile: true,
  logLevel: "silent",
  legalComments: "none",
};

/**
 * The minified stylesheet, made from static/styles.css by Tailwind and kept in .build/ until a file
 * that it was made from changes. Throws Error with Tailwind's message.
 */
export async function stylesheet(): Promise<StaticFile> {
  const key = await sourceKey();
  const kept = join(BUILD_DIR, `styles-${key}.css`);
  try {
    return staticFile(await Deno.readFile(kept), "styles.css");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.mkdir(BUILD_DIR, { recursive: true });
  const out = join(BUILD_DIR, `styles-${crypto.randomUUID()}.tmp`);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-lock",
      "npm:@tailwindcss/cli@4.3.3",
      "--input",
      "static/styles.css",
      "--output",
      out,
      "--minify",
    ],
    cwd: PROJECT_DIR,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) {
    throw new Error(`Tailwind failed on static/styles.css:\n${new TextDecoder().decode(stderr)}`);
  }
  const file = staticFile(await Deno.readFile(out), "styles.css");
  await removeOldStyles();
  await Deno.rename(out, kept);
  return file;
}

async function removeOldStyles(): Promise<void> {
  for await (const { name } of Deno.readDir(BUILD_DIR)) {
    if (!/^styles-[0-9a-f]{16}\.css$/.test(name)) continue;
    await Deno.remove(join(BUILD_DIR, name)).catch((error) => {
      // Another build removed it first.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}

/**
 * `ws` is CommonJS: its require("tls") would fail in a module. Node's own parts are fetched when the
 * package is, so that an agent without pins loads neither.
 */
const NODE_PARTS_ON_DEMAND: Plugin = {
  name: "node parts on demand",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^(node:)?[a-z_]+(\/[a-z]+)?$/ }, ({ kind, path }) => {
      const name = path.replace(/^node:/, "");
      if (kind !== "require-call" || !builtinModules.includes(name)) return undefined;
      return { path: name, namespace: "node-part" };
    });
    onLoad({ filter: /.*/, namespace: "node-part" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(`node:${path}`)});`,
    }));
  },
};

/**
 * The agent as one file; `entry` is agent/main.ts unless told. Throws when it does not compile or
 * contains zod, which costs 10 MB of memory.
 */
export async function agentScript(
  entry: string = join(PROJECT_DIR, "agent/main.ts"),
): Promise<StaticFile> {
  const { outputFiles, metafile } = await build({
    ...ONE_FILE,
    entryPoints: [entry],
    outfile: join(BUILD_DIR, "agent.js"),
    // Optional parts of ws that are compiled C.
    external: [...ONE_FILE.external!, "bufferutil", "utf-8-validate"],
    plugins: [NODE_PARTS_ON_DEMAND],
  });
  const zod = Object.keys(metafile!.inputs).find((path) => /node_modules\/(.*\/)?zod\//.test(path));
  if (zod !== undefined) throw new Error(`The agent must not contain zod, but imports ${zod}`);
  return staticFile(new Uint8Array(outputFiles![0]!.contents), "agent.js");
}

/** What the server hands to new hosts: the agent's file, the install scripts and the unit, by name. */
export async function otherFiles(): Promise<Map<string, StaticFile>> {
  const files = new Map([["agent.js", await agentScript()]]);
  for (const folder of ["deploy/install", "deploy/systemd"]) {
    for await (const { name, isFile } of Deno.readDir(join(PROJECT_DIR, folder))) {
      const path = join(PROJECT_DIR, folder, name);
      if (isFile) files.set(name, staticFile(await Deno.readFile(path), name));
    }
  }
  return files;
}

/** The sources without the pages for developers, which no product serves. */
export function withoutDevPages(sources: Sources): Sources {
  const routes = [...sources.routes].filter(([id]) => !id.startsWith("/dev/"));
  return { ...sources, routes: new Map(routes) };
}

async function sourceKey(): Promise<string> {
  const hash = createHash("sha256");
  for (const folder of ["components", "islands", "routes", "static"]) {
    await addFolder(join(PROJECT_DIR, folder));
  }
  return hash.digest("hex").slice(0, 16);

  async function addFolder(folder: string): Promise<void> {
    const entries = [];
    for await (const entry of Deno.readDir(folder)) entries.push(entry);
    for (const { name, isDirectory } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
      const path = join(folder, name);
      if (isDirectory) await addFolder(path);
      else hash.update(`${path}\0`).update(await Deno.readFile(path));
    }
  }
}
