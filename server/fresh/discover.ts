/** @module Finds what an app is made of on disk: files under routes/, islands/ and static/. */
import { createHash } from "node:crypto";
import { extname, join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { Build, RouteFile, StaticFile } from "./build.ts";
import { bundleIslands } from "./bundle.ts";
import { islandName, islandsOf } from "./islands.ts";

/** Everything of a build but the imported modules. */
export interface Sources {
  id: string;
  /** Absolute path by id. */
  routes: Map<string, string>;
  /** Address of the script by absolute path. */
  islands: Map<string, string>;
  boot_url: string;
  files: Map<string, StaticFile>;
}

const SCRIPT = /(?<!_test|\.d)\.tsx?$/;

/**
 * Lists the sources below a folder and bundles the islands. `made` are static files made by other
 * tools, by path. Stylesheets under static/ are sources of such a tool, so they are not served.
 */
export async function findSources(
  root: string,
  made: Map<string, StaticFile> = new Map(),
): Promise<Sources> {
  const files = new Map(made);
  for (const path of await walk(join(root, "static"))) {
    if (extname(path) === ".css") continue;
    const url = `/${relative(join(root, "static"), path).split(sep).join("/")}`;
    files.set(url, staticFile(await Deno.readFile(path), url));
  }
  const id = idOf(files);
  const routes_dir = join(root, "routes");
  const routes = new Map(
    (await walk(routes_dir)).filter((path) => SCRIPT.test(path)).map((path) => {
      const id = relative(routes_dir, path).split(sep).join("/").replace(SCRIPT, "");
      return [`/${id}`, path];
    }),
  );
  const islands = (await walk(join(root, "islands")))
    .filter((path) => path.endsWith(".tsx") && SCRIPT.test(path));
  const bundle = await bundleIslands(islands, { root, build_id: id });
  for (const [url, body] of bundle.scripts) {
    files.set(url, { ...staticFile(body, url), is_immutable: true });
  }
  return { id, routes, islands: bundle.urls, boot_url: bundle.boot_url, files };
}

/** Imports the routes and islands, which makes sources a build. */
export async function importSources(sources: Sources): Promise<Build> {
  const { id, boot_url, files } = sources;
  const routes = await Promise.all(
    [...sources.routes].map(async ([id, path]): Promise<RouteFile> => ({
      id,
      module: await import(pathToFileURL(path).href),
    })),
  );
  const islands = await Promise.all(
    [...sources.islands].map(async ([path, url]) =>
      islandsOf(islandName(path), url, await import(pathToFileURL(path).href))
    ),
  );
  return { id, boot_url, files, routes, islands: islands.flat() };
}

const TYPES: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".ps1": "text/plain; charset=utf-8",
  ".service": "text/plain; charset=utf-8",
  ".sh": "text/x-shellscript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/** A file with its type by name and its checksum. */
export function staticFile(body: Uint8Array<ArrayBuffer>, name: string): StaticFile {
  return {
    body,
    content_type: TYPES[extname(name)] ?? "application/octet-stream",
    sha256: createHash("sha256").update(body).digest("hex"),
    is_immutable: false,
  };
}

function idOf(files: Map<string, StaticFile>): string {
  const hash = createHash("sha256");
  for (const [path, file] of [...files].sort(([a], [b]) => a < b ? -1 : 1)) {
    hash.update(`${path} ${file.sha256}\n`);
  }
  return hash.digest("hex").slice(0, 16);
}

async function walk(folder: string): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory) found.push(...await walk(path));
      else if (entry.isFile) found.push(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found.sort();
}
