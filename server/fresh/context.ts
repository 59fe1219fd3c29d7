import { type FunctionComponent, isValidElement, type VNode } from "preact";
import type { Build } from "./build.ts";
import { renderDocument } from "./render.ts";
import type { LayoutConfig, ResolvedFreshConfig, RouteComponent } from "./types.ts";
import { guard, rawUpgrade, type UpgradeOptions } from "./websocket.ts";

export type WebSocketUpgradeOptions = UpgradeOptions;

export interface WebSocketHandlers {
  open?(socket: WebSocket): void;
  message?(socket: WebSocket, event: MessageEvent): void;
  close?(socket: WebSocket, code: number, reason: string): void;
  error?(socket: WebSocket, event: Event | ErrorEvent): void;
}

/** The app wrapper and the layouts around the page of this request, outermost first. */
export interface Surroundings<State> {
  app: RouteComponent<State> | null;
  layouts: RouteComponent<State>[];
}

interface Parts {
  req: Request;
  url: URL;
  info: Deno.ServeHandlerInfo;
  route: string | null;
  params: Record<string, string>;
  config: ResolvedFreshConfig;
  next: () => Promise<Response>;
  build: Build;
}

let buildOf: <State>(ctx: Context<State>) => Build;
let surroundingsOf: <State>(ctx: Context<State>) => Surroundings<State>;
export { buildOf, surroundingsOf };

export type FreshContext<State = unknown> = Context<State>;

/** One request on its way through middlewares, handler and page. */
export class Context<State> {
  req: Request;
  /** With repeated slashes of the path removed. */
  readonly url: URL;
  readonly info: Deno.ServeHandlerInfo;
  /** The pattern that matched, as `/hosts/:id`; null when none did. */
  readonly route: string | null;
  readonly params: Record<string, string>;
  readonly config: ResolvedFreshConfig;
  readonly state: State = {} as State;
  readonly isPartial = false;
  data: unknown = undefined;
  /** What a later step threw; null before. */
  error: unknown = null;
  /** Runs the next middleware or the handler. */
  next: () => Promise<Response>;
  /** In a layout or app wrapper: what it surrounds. */
  Component!: FunctionComponent;
  #build: Build;
  #surroundings: Surroundings<State> = { app: null, layouts: [] };

  static {
    buildOf = (ctx) => ctx.#build;
    surroundingsOf = (ctx) => ctx.#surroundings;
  }

  constructor(parts: Parts) {
    this.req = parts.req;
    this.url = parts.url;
    this.info = parts.info;
    this.route = parts.route;
    this.params = parts.params;
    this.config = parts.config;
    this.next = parts.next;
    this.#build = parts.build;
  }

  /** A redirect. A path with doubled slashes is made single, so that it cannot lead to another host. */
  redirect(pathOrUrl: string, status = 302): Response {
    let location = pathOrUrl;
    if (pathOrUrl.startsWith("/")) {
      const end = pathOrUrl.search(/[?#]/);
      const path = end === -1 ? pathOrUrl : pathOrUrl.slice(0, end);
      // Browsers drop tabs and read a backslash as a slash, so those could make a second one too.
      const single = path.replaceAll(/[\t\r\n]/g, "").replaceAll(/\/+/g, "/");
      location = single.replace(/^\/[\\/]+/, "/") + (end === -1 ? "" : pathOrUrl.slice(end));
    }
    return new Response(null, { status, headers: { location } });
  }

  /** Renders JSX within the layouts and the app wrapper. Throws when given anything else. */
  async render(
    // deno-lint-ignore no-explicit-any
    vnode: VNode<any> | null,
    init: ResponseInit = {},
    config: LayoutConfig = {},
  ): Promise<Response> {
    if (vnode !== null && !isValidElement(vnode)) {
      throw new Error("Non-JSX element passed to: ctx.render()");
    }
    const around = {
      app: config.skipAppWrapper ? null : this.#surroundings.app,
      layouts: config.skipInheritedLayouts ? [] : this.#surroundings.layouts,
    };
    return await renderDocument(this, vnode, { init, around, build: this.#build });
  }

  text(content: string, init?: ResponseInit): Response {
    return new Response(content, init);
  }

  html(content: string, init: ResponseInit = {}): Response {
    const headers = new Headers(init.headers);
    headers.set("Content-Type", "text/html; charset=utf-8");
    return new Response(content, { ...init, headers });
  }

  // deno-lint-ignore no-explicit-any
  json(content: any, init?: ResponseInit): Response {
    return Response.json(content, init);
  }

  /** Upgrades to a WebSocket. Throws HttpError 400 for any other request. */
  upgrade(options?: WebSocketUpgradeOptions): Deno.WebSocketUpgrade;
  upgrade(handlers: WebSocketHandlers, options?: WebSocketUpgradeOptions): Response;
  upgrade(
    first: WebSocketHandlers | WebSocketUpgradeOptions = {},
    second: WebSocketUpgradeOptions = {},
  ): Deno.WebSocketUpgrade | Response {
    if (!isHandlers(first)) return rawUpgrade(this.req, first);
    const { socket, response } = rawUpgrade(this.req, second);
    const run = guard(socket);
    socket.addEventListener("open", () => run(() => first.open?.(socket)));
    socket.addEventListener("message", (event) => run(() => first.message?.(socket, event)));
    socket.addEventListener(
      "close",
      (event) => run(() => first.close?.(socket, event.code, event.reason)),
    );
    socket.addEventListener("error", (event) => run(() => first.error?.(socket, event)));
    return response;
  }
}

function isHandlers(
  value: WebSocketHandlers | WebSocketUpgradeOptions,
): value is WebSocketHandlers {
  return ["open", "message", "close", "error"].some((name) => name in value);
}
