import type { Method } from "./types.ts";

export interface Match<T> {
  item: T | null;
  params: Record<string, string>;
  /** Null when no route has this path. */
  pattern: string | null;
}

interface Entry<T> {
  pattern: URLPattern;
  byMethod: Map<Method, T>;
}

const HAS_PATTERN = /[*:{}+?()]/;

/** Finds the route of a request: exact paths first, then patterns in the order they were added. */
export class Router<T> {
  #exact = new Map<string, Map<Method, T>>();
  #patterns = new Map<string, Entry<T>>();

  /** The first item added for a method and path stays. */
  add(method: Method, path: string, item: T): void {
    const byMethod = this.#methodsOf(path);
    if (!byMethod.has(method)) byMethod.set(method, item);
  }

  match(method: Method, url: URL): Match<T> {
    for (const path of bothSlashForms(url.pathname)) {
      const byMethod = this.#exact.get(path);
      if (byMethod) return { item: pick(byMethod, method), params: noParams(), pattern: path };
    }
    for (const [path, entry] of this.#patterns) {
      const found = entry.pattern.exec(url);
      if (found === null) continue;
      const params = noParams();
      for (const [name, value] of Object.entries(found.pathname.groups)) {
        params[name] = decode(value ?? "");
      }
      return { item: pick(entry.byMethod, method), params, pattern: path };
    }
    return { item: null, params: noParams(), pattern: null };
  }

  /** The methods that a path was registered with, for the Allow header. */
  allowed(path: string): Method[] {
    return [...(this.#exact.get(path) ?? this.#patterns.get(path)?.byMethod ?? new Map()).keys()];
  }

  #methodsOf(path: string): Map<Method, T> {
    if (!HAS_PATTERN.test(path)) {
      const known = this.#exact.get(path) ?? new Map<Method, T>();
      this.#exact.set(path, known);
      return known;
    }
    const known = this.#patterns.get(path) ??
      { pattern: new URLPattern({ pathname: path }), byMethod: new Map<Method, T>() };
    this.#patterns.set(path, known);
    return known.byMethod;
  }
}

function pick<T>(byMethod: Map<Method, T>, method: Method): T | null {
  return byMethod.get(method) ?? (method === "HEAD" ? byMethod.get("GET") : undefined) ?? null;
}

function noParams(): Record<string, string> {
  return Object.create(null);
}

function bothSlashForms(path: string): string[] {
  if (path === "/") return [path];
  return [path, path.endsWith("/") ? path.slice(0, -1) : `${path}/`];
}

/** As upstream, %2F stays encoded; a malformed escape is kept as it came instead of failing. */
function decode(value: string): string {
  try {
    return decodeURI(value);
  } catch {
    return value;
  }
}

/** Puts a path under a base path. `mounting` makes `*` the base itself instead of all below it. */
export function mergePath(base: string, path: string, mounting: boolean): string {
  const prefix = base.endsWith("*") ? base.slice(0, -1) : base;
  const under = prefix === "/" ? "" : prefix;
  if (path === "*") return mounting ? under : `${under}/*`;
  return under !== "" && path === "/" ? under : under + path;
}

/** The folders that a path lies in, for the tree of middlewares and layouts. */
export function pathSegments(path: string, includeLast: boolean): string[] {
  if (path === "" || path === "/" || path === "*" || path === "/*") return [];
  const parts = path.replaceAll(/\{[^}]*\}\??/g, "").replace(/^\//, "").split("/");
  if (!includeLast || parts.at(-1) === "") parts.pop();
  return parts;
}
