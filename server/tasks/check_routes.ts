/** @module Compares the files under routes/ with the table of who may use them. */
import { pathToFileURL } from "node:url";
import { ROUTE_ACCESS } from "../auth/route_access.ts";
import { toPattern } from "../fresh/fs_routes.ts";

/** Files that stand for no address of their own. */
const NO_ROUTE = /\/_(app|layout|error|404|500|middleware)$/;

/** The files by the pattern they serve, from files by id. */
export function routesByPattern(files: Map<string, string>): Map<string, string> {
  const routes = [...files].filter(([id]) => !NO_ROUTE.test(id));
  return new Map(routes.map(([id, path]) => [toPattern(id, false), path]));
}

/** What is in one of the two and not in the other, as sentences; imports every file. */
export async function routeFaults(files: Map<string, string>): Promise<string[]> {
  const on_disk = routesByPattern(files);
  const faults: string[] = [];
  for (const [pattern, path] of on_disk) {
    const listed = Object.keys(ROUTE_ACCESS[pattern] ?? {}).sort();
    const found = await methodsIn(path);
    if (listed.length === 0) faults.push(`add to route_access.ts: "${pattern}" ${found}`);
    else if (listed.join() !== found.join()) {
      faults.push(`"${pattern}" has ${found}, route_access.ts lists ${listed}`);
    }
  }
  for (const pattern of Object.keys(ROUTE_ACCESS)) {
    if (!on_disk.has(pattern)) faults.push(`no file under routes/ has the pattern "${pattern}"`);
  }
  return faults;
}

/** @throws {Error} with every fault: a route without a role is not built */
export async function checkRoutes(files: Map<string, string>): Promise<void> {
  const faults = await routeFaults(files);
  if (faults.length > 0) throw new Error(`routes and their roles differ:\n${faults.join("\n")}`);
}

async function methodsIn(path: string): Promise<string[]> {
  const { default: component, handler } = await import(pathToFileURL(path).href);
  const methods = new Set(Object.keys(handler ?? {}));
  if (component !== undefined) methods.add("GET");
  return [...methods].sort();
}
