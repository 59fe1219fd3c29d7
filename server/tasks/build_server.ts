/** @module The server as one file, with its pages, islands, styles and files inside. */
import { build, type Plugin } from "esbuild";
import { join } from "node:path";
import type { StaticFile } from "../fresh/build.ts";
import { FRESH_ALIASES } from "../fresh/bundle.ts";
import type { Sources } from "../fresh/discover.ts";
import { islandName } from "../fresh/islands.ts";
import { BUILD_DIR, ONE_FILE, PROJECT_DIR } from "./build_parts.ts";

interface Parts {
  sources: Sources;
  /** Files that only routes serve, by name. */
  others: Map<string, StaticFile>;
  /** The program's file; server/main.ts unless told. */
  entry?: string;
}

/** Throws esbuild's BuildFailure when a source does not compile. */
export async function serverScript(parts: Parts): Promise<Uint8Array> {
  const { outputFiles } = await build({
    ...ONE_FILE,
    entryPoints: [parts.entry ?? join(PROJECT_DIR, "server/main.ts")],
    outfile: join(BUILD_DIR, "server.js"),
    plugins: [FRESH_ALIASES, embed(parts)],
  });
  return outputFiles![0]!.contents;
}

/** Puts a module with everything embedded in the place of server/build_source.ts. */
function embed(parts: Parts): Plugin {
  const files = new Map<string, StaticFile>([
    ...[...parts.sources.files].map(([url, file]) => [`static:${url}`, file] as const),
    ...[...parts.others].map(([name, file]) => [`other:${name}`, file] as const),
  ]);
  return {
    name: "embed",
    setup({ onLoad, onResolve }) {
      onLoad({ filter: /[\\/]server[\\/]build_source\.ts$/ }, () => ({
        contents: manifest(parts, files),
        loader: "ts",
        resolveDir: join(PROJECT_DIR, "server"),
      }));
      onResolve({ filter: /^embedded:/ }, ({ path }) => ({
        path: path.slice("embedded:".length),
        namespace: "embedded",
      }));
      onLoad({ filter: /.*/, namespace: "embedded" }, ({ path }) => {
        const file = files.get(path)!;
        return { contents: file.body, loader: isText(file) ? "text" : "binary" };
      });
    },
  };
}

function manifest({ sources }: Parts, files: Map<string, StaticFile>): string {
  const j = JSON.stringify;
  const routes = [...sources.routes];
  const islands = [...sources.islands];
  const embedded = [...files];
  return [
    `import { fromManifest } from "./manifest.ts";`,
    ...routes.map(([, path], at) => `import * as route${at} from ${j(path)};`),
    ...islands.map(([path], at) => `import * as island${at} from ${j(path)};`),
    ...embedded.map(([key], at) => `import file${at} from ${j(`embedded:${key}`)};`),
    `const loaded = fromManifest({`,
    `  id: ${j(sources.id)}, boot_url: ${j(sources.boot_url)},`,
    `  routes: [${routes.map(([id], at) => `{ id: ${j(id)}, module: route${at} }`).join(", ")}],`,
    `  islands: [${
      islands.map(([path, url], at) => `[${j(islandName(path))}, ${j(url)}, island${at}]`).join(
        ", ",
      )
    }],`,
    `  files: [${
      embedded.map(([key, { body: _, ...facts }], at) => `[${j(key)}, file${at}, ${j(facts)}]`)
        .join(", ")
    }],`,
    `});`,
    `export function loadBuild() { return Promise.resolve(loaded); }`,
  ].join("\n");
}

function isText({ content_type }: StaticFile): boolean {
  return /^text\/|json$|svg\+xml$/.test(content_type);
}
