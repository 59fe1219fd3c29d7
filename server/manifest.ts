/** @module Makes a build of what the one-file server carries inside itself. */
import { type Assets, assetsOf } from "./assets.ts";
import type { Build, RouteFile, StaticFile } from "./fresh/build.ts";
import { islandsOf } from "./fresh/islands.ts";

export interface Manifest {
  id: string;
  boot_url: string;
  routes: RouteFile[];
  /** Name, address of the script, exports. */
  islands: [string, string, object][];
  /** `static:/path` or `other:name`, content, facts. */
  files: [string, string | Uint8Array<ArrayBuffer>, Omit<StaticFile, "body">][];
}

/** The counterpart of what server/build_source.ts reads from disk. */
export function fromManifest(manifest: Manifest): { build: Build; assets: Assets } {
  const files = new Map<string, StaticFile>();
  const others = new Map<string, StaticFile>();
  for (const [key, content, facts] of manifest.files) {
    const body = typeof content === "string" ? new TextEncoder().encode(content) : content;
    const cut = key.indexOf(":");
    (key.startsWith("static:") ? files : others).set(key.slice(cut + 1), { ...facts, body });
  }
  const { id, boot_url, routes } = manifest;
  const islands = manifest.islands.flatMap(([name, url, exports]) => islandsOf(name, url, exports));
  const build = { id, boot_url, routes, islands, files };
  return { build, assets: assetsOf(build, others) };
}
