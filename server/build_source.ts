/**
 * @module Where the server gets its pages, islands, styles and files from: here from the sources on
 * disk. The one-file build puts a module with the same export and everything embedded in this place.
 */
import { stop } from "esbuild";
import { type Assets, assetsOf } from "./assets.ts";
import type { Build } from "./fresh/build.ts";
import { findSources, importSources } from "./fresh/discover.ts";
import { otherFiles, PROJECT_DIR, stylesheet } from "./tasks/build_parts.ts";

export interface Loaded {
  /** For `createApp`. */
  build: Build;
  /** For `Services.assets`. */
  assets: Assets;
}

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
    const build = await importSources(sources);
    return { build, assets: assetsOf(build, others) };
  } finally {
    await stop();
  }
}
