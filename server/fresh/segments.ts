import { type Context, surroundingsOf } from "./context.ts";
import { HttpError, statusOf } from "./http_error.ts";
import { renderComponent } from "./render.ts";
import { pathSegments } from "./router.ts";
import type {
  HandlerFn,
  LayoutConfig,
  Method,
  Middleware,
  PageResponse,
  Route,
  RouteComponent,
} from "./types.ts";

/** A folder of the path tree: what applies to every route below it. */
export interface Segment<State> {
  parent: Segment<State> | null;
  children: Map<string, Segment<State>>;
  middlewares: Middleware<State>[];
  layout: { component: RouteComponent<State>; config: LayoutConfig } | null;
  app: RouteComponent<State> | null;
  errorRoute: Route<State> | null;
  notFound: Route<State> | null;
}

export function newSegment<State>(parent: Segment<State> | null): Segment<State> {
  return {
    parent,
    children: new Map(),
    middlewares: [],
    layout: null,
    app: null,
    errorRoute: null,
    notFound: null,
  };
}

/** The segment of a path, made when it is not there yet. */
export function segmentAt<State>(
  root: Segment<State>,
  path: string,
  includeLast: boolean,
): Segment<State> {
  let current = root;
  for (const name of pathSegments(path, includeLast)) {
    const child = current.children.get(name) ?? newSegment(current);
    current.children.set(name, child);
    current = child;
  }
  return current;
}

/** All steps from the root to a segment, as they are now: what is added later does not count. */
export function stepsTo<State>(segment: Segment<State>): Middleware<State>[] {
  const chain: Segment<State>[] = [];
  for (let at: Segment<State> | null = segment; at !== null; at = at.parent) chain.unshift(at);
  return chain.flatMap((one) => [surround({ ...one }, chain[0]!), ...one.middlewares]);
}

function surround<State>(segment: Segment<State>, root: Segment<State>): Middleware<State> {
  return async (ctx) => {
    const around = surroundingsOf(ctx);
    const { layout } = segment;
    if (segment.app !== null) around.app = segment.app;
    if (layout !== null) {
      if (layout.config.skipAppWrapper) around.app = null;
      const outer = layout.config.skipInheritedLayouts ? [] : around.layouts;
      around.layouts = [...outer, layout.component];
    }
    try {
      return await ctx.next();
    } catch (error) {
      const status = statusOf(error);
      ctx.error = error;
      if (status === 404 && root.notFound !== null) return await runRoute(ctx, root.notFound, 404);
      if (segment.errorRoute !== null) return await runRoute(ctx, segment.errorRoute, status);
      throw error;
    }
  };
}

/** One middleware that runs all steps in turn; what a step changes around the page is undone after it. */
export function compose<State>(steps: Middleware<State>[]): Middleware<State> {
  return (ctx) => {
    const last = ctx.next;
    async function run(index: number): Promise<Response> {
      const step = steps[index];
      if (step === undefined) return await last();
      const around = surroundingsOf(ctx);
      const { app, layouts } = around;
      ctx.next = () => run(index + 1);
      try {
        return await step(ctx);
      } catch (error) {
        ctx.error = error;
        throw error;
      } finally {
        around.app = app;
        around.layouts = layouts;
      }
    }
    return run(0);
  };
}

/** Runs a route's handler, and renders its page when the handler returned data. */
export async function runRoute<State>(
  ctx: Context<State>,
  route: Route<State>,
  status = 200,
): Promise<Response> {
  const around = surroundingsOf(ctx);
  if (route.config?.skipAppWrapper) around.app = null;
  if (route.config?.skipInheritedLayouts) around.layouts = [];

  const result = await handle(ctx, route);
  if (result instanceof Response) return result;
  const init = { headers: new Headers(result.headers), status: result.status ?? status };
  if (route.component === undefined) return await ctx.render(null, init);
  ctx.data = result.data;
  const vnode = await renderComponent(ctx, route.component, {
    data: result.data,
    child: () => null,
  });
  return vnode instanceof Response ? vnode : await ctx.render(vnode, init);
}

async function handle<State>(
  ctx: Context<State>,
  { handler, component }: Route<State>,
): Promise<Response | PageResponse<unknown>> {
  if (handler === undefined && component === undefined) throw new HttpError(404);
  if (handler === undefined) return { data: {} };
  const method = ctx.req.method.toUpperCase() as Method;
  const fn: HandlerFn<unknown, State> | undefined = typeof handler === "function"
    ? handler
    : handler[method] ?? (method === "HEAD" ? handler.GET : undefined);
  if (fn !== undefined) return await fn(ctx);
  const renders = component !== undefined && (method === "GET" || method === "HEAD");
  return renders ? { data: {} } : await ctx.next();
}
