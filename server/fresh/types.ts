/** @module The types of Fresh's public API that routes, layouts and middlewares are written with. */
import type { AnyComponent, RenderableProps, VNode } from "preact";
import type { Context } from "./context.ts";

export type Method = "HEAD" | "GET" | "POST" | "PATCH" | "PUT" | "DELETE" | "OPTIONS";

/** A step before a route: answers itself, or returns `ctx.next()`. */
export type Middleware<State> = (ctx: Context<State>) => Response | Promise<Response>;
export type MiddlewareFn<State> = Middleware<State>;

/** What a handler returns so that the page of its file is rendered with `data`. */
export interface PageResponse<T> {
  data: T;
  headers?: HeadersInit | undefined;
  status?: number | undefined;
}

export interface HandlerFn<Data, State> {
  (
    ctx: Context<State>,
  ): Response | PageResponse<Data> | Promise<Response | PageResponse<Data>>;
}

export type HandlerByMethod<Data, State> = { [M in Method]?: HandlerFn<Data, State> };
export type RouteHandler<Data, State> = HandlerFn<Data, State> | HandlerByMethod<Data, State>;

/** The data that a handler gives to its page. */
export type RouteData<Handler extends RouteHandler<unknown, unknown>> = Handler extends
  RouteHandler<infer Data, unknown> ? Data : never;

/** What a page, layout, app wrapper or error page gets as props. */
export type PageProps<Data = unknown, State = unknown> =
  & Pick<
    Context<State>,
    | "config"
    | "url"
    | "req"
    | "params"
    | "info"
    | "state"
    | "isPartial"
    | "Component"
    | "error"
    | "route"
  >
  & { data: Data };

/** A page written as an async function; it may answer with a Response instead of JSX. */
export type AsyncAnyComponent<P> = (
  props: RenderableProps<P>,
  // deno-lint-ignore no-explicit-any
  context?: any,
  // deno-lint-ignore no-explicit-any
) => Promise<VNode<any> | Response | null>;

export type RouteComponent<State> =
  // deno-lint-ignore no-explicit-any
  | AsyncAnyComponent<PageProps<any, State>>
  // deno-lint-ignore no-explicit-any
  | AnyComponent<PageProps<any, State>>;

export interface LayoutConfig {
  skipInheritedLayouts?: boolean;
  skipAppWrapper?: boolean;
}

export interface RouteConfig extends LayoutConfig {
  /** A URLPattern pathname used instead of the one made from the file's name. */
  routeOverride?: string;
}

export interface Route<State> {
  component?: RouteComponent<State> | undefined;
  config?: RouteConfig | undefined;
  // deno-lint-ignore no-explicit-any
  handler?: RouteHandler<any, State> | undefined;
}

export interface FreshConfig {
  /** Prefix of every address, as `/ui`. */
  basePath?: string;
  mode?: "development" | "production";
  /** Take protocol and host of `ctx.url` from X-Forwarded-* headers. */
  trustProxy?: boolean;
}

export type ResolvedFreshConfig = Required<FreshConfig> & { root: string };
