import type { RouteFile } from "./build.ts";
import type { Command } from "./commands.ts";
import type {
  HandlerFn,
  Middleware,
  Route,
  RouteComponent,
  RouteConfig,
  RouteHandler,
} from "./types.ts";

interface RouteModule<State> {
  default?: RouteComponent<State> | Middleware<State> | Middleware<State>[];
  config?: RouteConfig;
  handler?: RouteHandler<unknown, State> | Middleware<State>[];
  handlers?: RouteHandler<unknown, State> | Middleware<State>[];
}

/** Turns the files under routes/ into the calls on App that they stand for. */
export function routeFilesToCommands<State>(files: RouteFile[]): Command<State>[] {
  return files.toSorted((a, b) => compareIds(a.id, b.id)).flatMap((file) => toCommand(file));
}

function toCommand<State>({ id, module }: RouteFile): Command<State>[] {
  const mod = module as RouteModule<State>;
  const cut = id.lastIndexOf("/");
  const folder = toPattern(id.slice(0, cut), true);
  const handler = mod.handlers ?? mod.handler;
  const route: Route<State> = {
    config: mod.config,
    component: mod.default as RouteComponent<State> | undefined,
    handler: handler as HandlerFn<unknown, State> | undefined,
  };
  const at = { path: folder, includeLast: true };
  switch (id.slice(cut + 1)) {
    case "_app":
      return [{ ...at, type: "app", component: required(mod.default, id) }];
    case "_middleware":
      return [{ ...at, type: "use", middlewares: [required(handler ?? mod.default, id)].flat() }];
    case "_layout":
      return [{
        ...at,
        type: "layout",
        component: required(mod.default, id),
        config: mod.config ?? {},
      }];
    case "_404":
      return [{ ...at, type: "notFound", route }];
    case "_error":
    case "_500":
      return [{ ...at, type: "error", route }];
  }
  if (route.component === undefined && route.handler === undefined) required(undefined, id);
  const path = toPattern(id, true);
  return [{
    type: "route",
    path: id.endsWith("/index") && !path.endsWith("/") ? `${path}/` : path,
    includeLast: false,
    route: {
      ...route,
      config: { ...mod.config, routeOverride: mod.config?.routeOverride ?? toPattern(id, false) },
    },
  }];
}

// deno-lint-ignore no-explicit-any
function required(value: unknown, id: string): any {
  if (value !== undefined) return value;
  throw new Error(`routes${id} exports neither a default nor a handler`);
}

/** `/hosts/[id]/index` as `/hosts/:id`. Groups in parentheses are no part of an address. */
export function toPattern(id: string, keepGroups: boolean): string {
  const parts = id.split("/").filter((part) => part !== "");
  if (parts.at(-1) === "index") parts.pop();
  let pattern = "";
  for (const part of parts) {
    if (!keepGroups && /^\(.*\)$/.test(part)) continue;
    if (part.includes("][")) {
      throw new SyntaxError(`routes${id}: a parameter cannot follow another one directly`);
    }
    const rest = /^\[\.\.\.(.+)\]$/.exec(part);
    const optional = /^\[\[(.+)\]\]$/.exec(part);
    if (rest) pattern += `/:${rest[1]}*`;
    else if (optional) pattern += pattern === "" ? `/{:${optional[1]}}?` : `{/:${optional[1]}}?`;
    else pattern += `/${part.replaceAll(/\[([^\]]+)\]/g, ":$1")}`;
  }
  return pattern === "" ? "/" : pattern;
}

/** The files that apply to a folder come before its pages, fixed names before parameters. */
function compareIds(a: string, b: string): number {
  const left = rankedParts(a);
  const right = rankedParts(b);
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const [x, y] = [left[at]!, right[at]!];
    if (x.rank !== y.rank) return x.rank - y.rank;
    if (x.name !== y.name) return x.name < y.name ? -1 : 1;
  }
  return right.length - left.length;
}

function rankedParts(id: string): { name: string; rank: number }[] {
  const parts = id.slice(1).split("/");
  return parts.map((name, at) => ({ name, rank: rank(name, at === parts.length - 1) }));
}

function rank(name: string, isFile: boolean): number {
  if (isFile && name.startsWith("_")) {
    return ["_app", "_404", "_middleware", "_error", "_500", "_layout"].indexOf(name);
  }
  if (isFile && name === "index") return 6;
  if (name.startsWith("[...")) return 20;
  if (name.startsWith("[[")) return 19;
  if (name.startsWith("[")) return 18;
  // A group's own pages and middlewares, after the plain names beside it.
  if (name.startsWith("(")) return 8;
  return 7;
}
