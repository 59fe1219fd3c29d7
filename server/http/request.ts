/** @module Questions about a request that several middlewares ask. Pure. */
import type { Context } from "fresh";
import type { State } from "../state.ts";

/** True for methods that may change something. */
export function changesState(req: Request): boolean {
  return !["GET", "HEAD", "OPTIONS"].includes(req.method);
}

/** True for the REST interface. */
export function isApi(ctx: Context<State>): boolean {
  return ctx.url.pathname.startsWith("/api/");
}

/** True if the client wants JSON rather than a page. */
export function wantsJson(ctx: Context<State>): boolean {
  if (isApi(ctx)) return true;
  const accept = ctx.req.headers.get("accept") ?? "";
  return accept.includes("application/json") && !accept.includes("text/html");
}

/** Where a form was sent from: path and query of the Referer if it is this very server's. */
export function sameOriginReferer(ctx: Context<State>): string | undefined {
  const referer = URL.parse(ctx.req.headers.get("referer") ?? "");
  if (referer === null || !isOwnOrigin(ctx, referer.origin)) return undefined;
  return referer.pathname.replace(/^\/{2,}/, "/") + referer.search;
}

/** True if an Origin is the one that people open this server under. */
export function isOwnOrigin(ctx: Context<State>, origin: string): boolean {
  const base = new URL(ctx.state.services.config.base_url);
  if (origin === base.origin) return true;
  // Without a proxy in front, localhost and 127.0.0.1 are the same server.
  return base.protocol === "http:" && origin === ctx.url.origin;
}
