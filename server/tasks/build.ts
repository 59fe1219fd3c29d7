/**
 * @module `task build`: the agent and the server as one file each, `.build/agent.js` and
 * `.build/server.js`, that Deno runs from any folder without anything else.
 */
import { stop } from "esbuild";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { findSources } from "../fresh/discover.ts";
import { BUILD_DIR, otherFiles, PROJECT_DIR, stylesheet, withoutDevPages } from "./build_parts.ts";
import { serverScript } from "./build_server.ts";
import { checkRoutes } from "./check_routes.ts";

/** Writes both files. Throws when a source does not compile or a route has no role; the old files stay then. */
export async function buildAll(): Promise<void> {
  try {
    const others = await otherFiles();
    const made = new Map([["/styles.css", await stylesheet()]]);
    const sources = await findSources(PROJECT_DIR, made);
    await checkRoutes(sources.routes);
    const server = await serverScript({ sources: withoutDevPages(sources), others });
    await Deno.mkdir(BUILD_DIR, { recursive: true });
    await write("agent.js", others.get("agent.js")!.body);
    await write("server.js", server);
  } finally {
    await stop();
  }
}

async function write(name: string, body: Uint8Array): Promise<void> {
  const file = join(BUILD_DIR, name);
  await Deno.writeFile(`${file}.tmp`, body);
  await Deno.rename(`${file}.tmp`, file);
  // deno-lint-ignore no-console
  console.log(`.build/${name}: ${kb(body.length)} kB, ${kb(gzipSync(body).length)} kB compressed`);
}

function kb(bytes: number): string {
  return (bytes / 1000).toFixed(0);
}

if (import.meta.main) await buildAll();
