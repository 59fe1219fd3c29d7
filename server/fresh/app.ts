import { getBuild } from "./build.ts";
import { ALL_METHODS, type Command, compile } from "./commands.ts";
import { Context, type WebSocketHandlers, type WebSocketUpgradeOptions } from "./context.ts";
import { defaultErrorResponse, HttpError } from "./http_error.ts";
import { mergePath } from "./router.ts";
import type {
  FreshConfig,
  LayoutConfig,
  Method,
  Middleware,
  ResolvedFreshConfig,
  Route,
  RouteComponent,
} from "./types.ts";

const NO_CONNECTION = {
  remoteAddr: { transport: "tcp", hostname: "localhost", port: 1234 },
  completed: Promise.resolve(),
} as Deno.ServeHandlerInfo;

/** A web application: middlewares, routes, layouts and error pages, in the order they are added. */
export class App<State> {
  readonly config: ResolvedFreshConfig;
  #commands: Command<State>[] = [];

  constructor(config: FreshConfig = {}) {
    this.config = {
      root: ".",
      basePath: config.basePath ?? "",
      mode: config.mode ?? "production",
      trustProxy: config.trustProxy ?? false,
    };
  }

  /** Runs middlewares for every route added later, or for those below a path. */
  use(...middlewares: Middleware<State>[]): this;
  use(path: string, ...middlewares: Middleware<State>[]): this;
  use(first: string | Middleware<State>, ...rest: Middleware<State>[]): this {
    const path = typeof first === "string" ? first : "*";
    const middlewares = typeof first === "string" ? rest : [first, ...rest];
    return this.#add({ type: "use", path, middlewares, includeLast: true });
  }

  get(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#handle(["GET"], path, middlewares);
  }
  post(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#handle(["POST"], path, middlewares);
  }
  put(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#handle(["PUT"], path, middlewares);
  }
  patch(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#handle(["PATCH"], path, middlewares);
  }
  delete(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#handle(["DELETE"], path, middlewares);
  }
  head(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#handle(["HEAD"], path, middlewares);
  }
  all(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#handle(ALL_METHODS, path, middlewares);
  }

  /** Answers GET on a path with a WebSocket. */
  ws(path: string, handlers: WebSocketHandlers, options?: WebSocketUpgradeOptions): this {
    return this.get(path, (ctx) => ctx.upgrade(handlers, options));
  }

  route(path: string, route: Route<State>): this {
    return this.#add({ type: "route", path, route, includeLast: true });
  }
  layout(path: string, component: RouteComponent<State>, config: LayoutConfig = {}): this {
    return this.#add({ type: "layout", path, component, config, includeLast: true });
  }
  /** The component around every page, with html, head and body. */
  appWrapper(component: RouteComponent<State>): this {
    return this.#add({ type: "app", path: "*", component, includeLast: true });
  }
  notFound(route: Route<State> | Middleware<State>): this {
    return this.#add({ type: "notFound", path: "*", route: asRoute(route), includeLast: true });
  }
  /** Answers for what is thrown at or below a path. */
  onError(path: string, route: Route<State> | Middleware<State>): this {
    return this.#add({ type: "error", path, route: asRoute(route), includeLast: true });
  }
  /** The files under routes/, here in the order. */
  fsRoutes(path = "*"): this {
    return this.#add({ type: "files", path, includeLast: false });
  }

  /** Adds everything of another app below a path. */
  mountApp(path: string, app: App<State>): this {
    for (const command of app.#commands) {
      if (command.type === "app" || command.type === "notFound") {
        this.#add(command);
        continue;
      }
      const own = app.config.basePath === ""
        ? command.path
        : mergePath(app.config.basePath, command.path, false);
      this.#add({
        ...command,
        path: mergePath(path, own, true),
        includeLast: command.path === "/" || command.includeLast,
      });
    }
    return this;
  }

  /** The function for `Deno.serve`; what is added to the app afterwards has no effect. */
  handler(): (request: Request, info?: Deno.ServeHandlerInfo) => Promise<Response> {
    const build = getBuild(this);
    const { config } = this;
    const { router, root } = compile(this.#commands, { base: config.basePath, build });

    return async (req, info = NO_CONNECTION) => {
      const url = urlOf(req, config.trustProxy);
      const method = req.method.toUpperCase() as Method;
      const { item, params, pattern } = router.match(method, url);
      const next = () => answerWithout(method, pattern === null ? null : router.allowed(pattern));
      const parts = { req, url, info, route: pattern, params, config, next, build };
      const ctx = new Context<State>(parts);
      try {
        const result = await (item ?? root)(ctx);
        if (!(result instanceof Response)) {
          throw new Error(`Expected a "Response" instance to be returned, but got: ${result}`);
        }
        return method === "HEAD" && result.body !== null ? new Response(null, result) : result;
      } catch (error) {
        return defaultErrorResponse(error);
      }
    };
  }

  #add(command: Command<State>): this {
    this.#commands.push(command);
    return this;
  }

  #handle(methods: Method[], path: string, middlewares: Middleware<State>[]): this {
    return this.#add({ type: "handler", methods, path, middlewares, includeLast: true });
  }
}

function asRoute<State>(route: Route<State> | Middleware<State>): Route<State> {
  return typeof route === "function" ? { handler: route } : route;
}

/** The end of the chain: no such path, or not with this method. */
function answerWithout(method: Method, allowed: Method[] | null): Promise<Response> {
  if (allowed === null || allowed.includes(method)) return Promise.reject(new HttpError(404));
  if (method !== "OPTIONS") return Promise.reject(new HttpError(405));
  const headers = { Allow: allowed.join(", ") };
  return Promise.resolve(new Response(null, { status: 204, headers }));
}

function urlOf(req: Request, trust_proxy: boolean): URL {
  const url = new URL(req.url);
  url.pathname = url.pathname.replaceAll(/\/+/g, "/");
  if (!trust_proxy) return url;
  const protocol = req.headers.get("x-forwarded-proto");
  const host = req.headers.get("x-forwarded-host");
  if (protocol) url.protocol = `${protocol}:`;
  if (host) url.host = host;
  return url;
}
