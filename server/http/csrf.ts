/**
 * @module Requests that another site made a browser send are refused. Two proofs are wanted: the
 * browser says that the request came from our own pages, and it carries the token of the session.
 */
import type { Context, Middleware } from "fresh";
import { accessOf } from "../auth/route_access.ts";
import { AppError } from "../errors.ts";
import { isUpgrade } from "../fresh/websocket.ts";
import type { State } from "../state.ts";
import { readForm } from "./form.ts";
import { changesState, isApi, isOwnOrigin } from "./request.ts";

export const checkCsrf: Middleware<State> = async (ctx) => {
  if (ctx.route === null) return await ctx.next();
  const access = accessOf(ctx.route, ctx.req.method);
  if (access === "agent") return await ctx.next(); // No cookie counts there.
  if (!changesState(ctx.req)) {
    if (isUpgrade(ctx.req)) checkOrigin(ctx);
    return await ctx.next();
  }
  checkOrigin(ctx);
  const by_session = access !== "always" && access !== "public";
  if (by_session) await checkToken(ctx);
  return await ctx.next();
};

/**
 * A client without either header is no browser, and no browser's cookie comes with it. For a socket
 * the Origin is wanted all the same: every browser sends it there, and CORS does not ask.
 */
function checkOrigin(ctx: Context<State>): void {
  const site = ctx.req.headers.get("sec-fetch-site");
  const origin = ctx.req.headers.get("origin");
  const is_upgrade = isUpgrade(ctx.req);
  const site_ok = site === null || site === "same-origin" || site === "none";
  // Where the browser vouches for the site, a form's Origin may still be "null".
  const origin_ok = origin === null
    ? !is_upgrade
    : isOwnOrigin(ctx, origin) || (site !== null && origin === "null" && !is_upgrade);
  if (site_ok && origin_ok) return;
  throw new AppError("csrf", "This request came from another site", {
    hint: "Open the page again and repeat it there",
  });
}

async function checkToken(ctx: Context<State>): Promise<void> {
  const { session, services } = ctx.state;
  if (session === undefined) return; // Refused by the table of routes.
  if (services.sessions.csrfMatches(session, await sentToken(ctx))) return;
  throw new AppError("csrf", "This page is out of date, so the request was not taken", {
    hint: isApi(ctx)
      ? "Send the csrf_token of the sign-in's answer in the x-csrf-token header"
      : "Open the page again and repeat it there",
  });
}

async function sentToken(ctx: Context<State>): Promise<string> {
  const header = ctx.req.headers.get("x-csrf-token");
  if (header !== null || isApi(ctx) || ctx.req.body === null) return header ?? "";
  const field = (await readForm(ctx)).get("_csrf");
  return typeof field === "string" ? field : "";
}
