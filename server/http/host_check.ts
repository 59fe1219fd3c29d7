/** @module Refuses requests made under a foreign host name, as DNS rebinding does. */
import type { Middleware } from "fresh";
import { isLoopback } from "../config.ts";
import { AppError } from "../errors.ts";
import type { State } from "../state.ts";

/** Probes of a load balancer come by address; they learn nothing but "ok". */
const BY_ANY_NAME = new Set(["/healthz", "/readyz"]);

/** Compares names and not ports, since nginx's `$host` drops the port. */
export const checkHost: Middleware<State> = (ctx) => {
  if (BY_ANY_NAME.has(ctx.url.pathname)) return ctx.next();
  const base = new URL(ctx.state.services.config.base_url);
  const asked = ctx.url.hostname;
  const same = asked === base.hostname || (isLoopback(base.hostname) && isLoopback(asked));
  if (same) return ctx.next();
  throw new AppError("misdirected", "This server does not answer under this name", {
    hint: `Open ${base.origin}, or set RM_BASE_URL to the address you use`,
  });
};
