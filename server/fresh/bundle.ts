/** @module Bundles the islands for the browser: one script each, what they share in common chunks. */
import { build, type Plugin } from "esbuild";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { islandName } from "./islands.ts";

export interface Bundle {
  boot_url: string;
  /** Address of each island's script by its file. */
  urls: Map<string, string>;
  /** Every script by its address. */
  scripts: Map<string, Uint8Array<ArrayBuffer>>;
}

interface BundleOptions {
  root: string;
  build_id: string;
}

const BOOT = fileURLToPath(new URL("./boot.ts", import.meta.url));

/** Resolves the import map's names that are no npm packages. */
export const FRESH_ALIASES: Plugin = {
  name: "fresh-aliases",
  setup({ onResolve }) {
    onResolve({ filter: /^fresh(\/runtime)?$/ }, ({ path }) => {
      const file = path === "fresh" ? "./mod.ts" : "./runtime.ts";
      return { path: fileURLToPath(new URL(file, import.meta.url)) };
    });
  },
};

/** Throws esbuild's BuildFailure. The caller stops esbuild's service when it has built everything. */
export async function bundleIslands(
  files: string[],
  { root, build_id }: BundleOptions,
): Promise<Bundle> {
  if (files.length === 0) return { boot_url: "", urls: new Map(), scripts: new Map() };
  const names = new Map(files.map((file) => [islandName(file), file]));
  const outdir = join(root, "_fresh");
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: { boot: BOOT, ...Object.fromEntries(names) },
    entryNames: "[name]-[hash]",
    chunkNames: "chunk-[hash]",
    outdir,
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    tsconfigRaw: {},
    define: { __FRESH_BUILD_ID__: JSON.stringify(build_id) },
    plugins: [FRESH_ALIASES],
    logLevel: "silent",
  });
  const scripts = new Map(
    outputFiles.map((file) => [`/_fresh/${basename(file.path)}`, new Uint8Array(file.contents)]),
  );
  const urls = new Map<string, string>();
  let boot_url = "";
  for (const [path, output] of Object.entries(metafile.outputs)) {
    const url = `/_fresh/${basename(path)}`;
    const entry = output.entryPoint && join(root, output.entryPoint);
    if (entry === BOOT) boot_url = url;
    // What is imported dynamically counts as an entry as well.
    else if (entry && files.includes(entry)) urls.set(entry, url);
  }
  return { boot_url, urls, scripts };
}
