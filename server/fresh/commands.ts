import type { Build } from "./build.ts";
import { routeFilesToCommands } from "./fs_routes.ts";
import { mergePath, Router } from "./router.ts";
import { compose, newSegment, runRoute, type Segment, segmentAt, stepsTo } from "./segments.ts";
import type { LayoutConfig, Method, Middleware, Route, RouteComponent } from "./types.ts";

/** One call on an App, kept until `handler()` puts all of them together in order. */
export type Command<State> =
  & {
    path: string;
    /** False for files: the last part of their path is the page's own name. */
    includeLast: boolean;
  }
  & (
    | { type: "use"; middlewares: Middleware<State>[] }
    | { type: "layout"; component: RouteComponent<State>; config: LayoutConfig }
    | { type: "app"; component: RouteComponent<State> }
    | { type: "error"; route: Route<State> }
    | { type: "notFound"; route: Route<State> }
    | { type: "route"; route: Route<State> }
    | { type: "handler"; methods: Method[]; middlewares: Middleware<State>[] }
    | { type: "files" }
  );

export const ALL_METHODS: Method[] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

export interface Compiled<State> {
  router: Router<Middleware<State>>;
  /** What runs when no route matched: the app's own middlewares. */
  root: Middleware<State>;
}

export function compile<State>(
  commands: Command<State>[],
  { base, build }: { base: string; build: Build },
): Compiled<State> {
  const router = new Router<Middleware<State>>();
  const root = newSegment<State>(null);
  for (const command of commands) apply({ router, root, build }, command, base);
  return { router, root: compose(stepsTo(root)) };
}

interface Target<State> {
  router: Router<Middleware<State>>;
  root: Segment<State>;
  build: Build;
}

function apply<State>(target: Target<State>, command: Command<State>, base: string): void {
  const { router, root, build } = target;
  if (command.type === "files") {
    const below = mergePath(base, command.path, true);
    for (const one of routeFilesToCommands<State>(build.routes)) apply(target, one, below);
    return;
  }
  const segment = segmentAt(root, command.path, command.includeLast);
  switch (command.type) {
    case "use":
      segment.middlewares.push(...command.middlewares);
      return;
    case "layout":
      segment.layout = { component: command.component, config: command.config };
      return;
    case "app":
      root.app = command.component;
      return;
    case "error":
      segment.errorRoute = command.route;
      return;
    case "notFound":
      root.notFound = command.route;
      return;
    case "handler": {
      const run = compose([...stepsTo(segment), ...command.middlewares]);
      const path = mergePath(base, command.path, false) || "*";
      for (const method of command.methods) router.add(method, path, run);
      return;
    }
    case "route": {
      const { route } = command;
      const run = compose<State>([...stepsTo(segment), (ctx) => runRoute(ctx, route)]);
      const path = mergePath(base, route.config?.routeOverride ?? command.path, false) || "*";
      for (const method of methodsOf(route)) router.add(method, path, run);
    }
  }
}

function methodsOf<State>({ handler, component }: Route<State>): Method[] {
  if (typeof handler !== "object") return ALL_METHODS;
  const named = Object.keys(handler) as Method[];
  return component !== undefined && !handler.GET ? [...named, "GET"] : named;
}
