/**
 * @module Where the server gets its pages, islands, styles and files from: here from the sources on
 * disk. The one-file build puts a module with the same export and everything embedded in this place.
 */
import { stop } from "esbuild";
import { type Assets, assetsOf } from "./assets.ts";
import type { Build } from "./fresh/build.ts";
import { findSources, importSources } from "./fresh/discover.ts";
import { otherFiles, PROJECT_DIR, stylesheet, withoutDevPages } from "./tasks/build_parts.ts";

export interface Loaded {
  /** For `createApp`. */
  build: Build;
  /** For `Services.assets`. */
  assets: Assets;
}

/** Set by `task dev`: serves the pages for developers too. */
const DEV_VARIABLE = "RM_DEV";

let loaded: Promise<Loaded> | undefined;

/** Builds what is missing, once in a process. Throws when a source does not compile. */
export function loadBuild(): Promise<Loaded> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Loaded> {
  try {
    const made = new Map([["/styles.css", await stylesheet()]]);
    const sources = await findSources(PROJECT_DIR, made);
    const others = await otherFiles();
    const shown = Deno.env.get(DEV_VARIABLE) === "true" ? sources : withoutDevPages(sources);
    const build = await importSources(shown);
    return { build, assets: assetsOf(build, others) };
  } finally {
    await stop();
  }
}
