/** Name of the query parameter that carries the build's id, as upstream names it. */
export const CACHE_KEY = "__frsh_c";

declare global {
  /** Set by the bundler in scripts for the browser. */
  var __FRESH_BUILD_ID__: string | undefined;
}

let buildId = "";

export function setBuildId(id: string): void {
  buildId = id;
}

/** The address of a static file with the build's id in it, so that browsers may keep it for ever. */
export function asset(path: string): string {
  const id = buildId || (typeof __FRESH_BUILD_ID__ === "string" ? __FRESH_BUILD_ID__ : "");
  if (id === "" || !path.startsWith("/") || path.startsWith("//")) return path;
  const url = new URL(path, "http://localhost");
  if (url.searchParams.has(CACHE_KEY)) return path;
  url.searchParams.set(CACHE_KEY, id);
  return url.pathname + url.search + url.hash;
}
