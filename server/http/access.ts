/** @module Lets in whom the table of routes lets in. */
import type { Context, Middleware } from "fresh";
import { isAtLeast } from "../auth/permissions.ts";
import { accessOf, methodsOf } from "../auth/route_access.ts";
import { AppError } from "../errors.ts";
import { paths } from "../protocol/paths.ts";
import type { State } from "../state.ts";
import { isApi, wantsJson } from "./request.ts";

/** Refuses what route_access.ts does not allow; visitors are led to the sign-in page. */
export const checkAccess: Middleware<State> = async (ctx) => {
  // No route: a static file or nothing. Neither shows anything of the fleet.
  if (ctx.route === null) return await ctx.next();
  const access = accessOf(ctx.route, ctx.req.method);
  if (access === undefined) return refuseUnlisted(ctx, ctx.route);
  if (access === "always" || access === "public") return await ctx.next();
  if (access === "agent") {
    refuseBrowser(ctx);
    return await ctx.next();
  }
  const { actor, services } = ctx.state;
  if (actor === undefined || actor.role === null) return leadToLogin(ctx);
  if (!isAtLeast(actor.role, access)) {
    throw new AppError("forbidden", `This needs the role ${access}`, {
      hint: "Ask an administrator",
    });
  }
  if (isApi(ctx)) services.rate_limits.take("api", actor.id ?? actor.name);
  return await ctx.next();
};

function refuseUnlisted(ctx: Context<State>, route: string): Response {
  const methods = methodsOf(route);
  if (methods.length === 0) {
    const { log } = ctx.state.services;
    log.error("a route is missing in server/auth/route_access.ts", { route });
    throw new AppError("forbidden", "Nobody may open this address");
  }
  if (ctx.req.method === "OPTIONS") {
    return new Response(null, { status: 204, headers: { allow: methods.join(", ") } });
  }
  throw new AppError("method_not_allowed", "This address does not take that method", {
    hint: `It takes ${methods.join(", ")}`,
  });
}

/** An agent sends neither; a browser cannot help it. */
function refuseBrowser(ctx: Context<State>): void {
  const { headers } = ctx.req;
  if (!headers.has("origin") && !headers.has("cookie") && !headers.has("sec-fetch-site")) return;
  throw new AppError("forbidden", "This address is for agents, not for browsers");
}

function leadToLogin(ctx: Context<State>): Response {
  if (wantsJson(ctx)) {
    throw new AppError("unauthenticated", "Sign in first", {
      hint: "POST /api/auth/login answers the cookie and the token to send along",
    });
  }
  const here = ctx.url.pathname + ctx.url.search;
  const next = ctx.req.method === "GET" && here !== "/" ? here : undefined;
  return ctx.redirect(paths.login(next), 303);
}
