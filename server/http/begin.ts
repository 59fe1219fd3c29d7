/** @module The first step of every request: its state, its id, and its line in the log. */
import type { Middleware } from "fresh";
import { mintId } from "../ids.ts";
import type { Services } from "../services.ts";
import type { State } from "../state.ts";
import { AddressList } from "./address_list.ts";
import { clientIp } from "./client_ip.ts";

/** Asked every few seconds by load balancers. */
const QUIET = new Set(["/healthz", "/readyz"]);

/** Fills `ctx.state` as for a visitor, and logs the request when it is answered. */
export function begin(services: Services): Middleware<State> {
  const proxies = new AddressList(services.config.trusted_proxies);
  return async (ctx) => {
    const started_ms = performance.now();
    const peer = ctx.info.remoteAddr;
    const forwarded_for = ctx.req.headers.get("x-forwarded-for");
    Object.assign(
      ctx.state,
      {
        services,
        request_id: mintId(services.clock.now_ms()),
        ip: clientIp("hostname" in peer ? peer.hostname : "local", forwarded_for, proxies),
        nonce: crypto.getRandomValues(new Uint8Array(16)).toBase64({ alphabet: "base64url" }),
        actor: undefined,
        session: undefined,
        csrf_token: "",
        theme: undefined,
        flash: undefined,
      } satisfies State,
    );
    const response = await ctx.next();
    if (response.status !== 101) response.headers.set("x-request-id", ctx.state.request_id);
    const level = QUIET.has(ctx.url.pathname) || ctx.route === null ? "debug" : "info";
    // The path without its query: a query can hold what somebody searched for.
    services.log[level]("request", {
      request_id: ctx.state.request_id,
      method: ctx.req.method,
      path: ctx.url.pathname,
      status: response.status,
      duration_ms: Math.round(performance.now() - started_ms),
      ip: ctx.state.ip,
      user_id: ctx.state.actor?.id ?? null,
    });
    return response;
  };
}
