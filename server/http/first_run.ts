/** @module Until the first administrator exists, only the set-up page is served. */
import { type Context, HttpError, type Middleware } from "fresh";
import { accessOf } from "../auth/route_access.ts";
import { AppError } from "../errors.ts";
import { paths } from "../protocol/paths.ts";
import type { State } from "../state.ts";
import { wantsJson } from "./request.ts";

/** Leads to the set-up page before the set-up, and away from it afterwards. */
export const gateFirstRun: Middleware<State> = async (ctx) => {
  if (ctx.state.services.users.anyExists) {
    const over = ctx.route === paths.setup() && ctx.req.method === "GET";
    return over ? ctx.redirect(paths.login(), 303) : await ctx.next();
  }
  if (ctx.route === null) return await fileOrSetUp(ctx);
  if (accessOf(ctx.route, ctx.req.method) === "always") return await ctx.next();
  return leadToSetUp(ctx);
};

/** No route: a static file, which the set-up page needs, or nothing at all. */
async function fileOrSetUp(ctx: Context<State>): Promise<Response> {
  try {
    return await ctx.next();
  } catch (error) {
    if (error instanceof HttpError && error.status === 404) return leadToSetUp(ctx);
    throw error;
  }
}

function leadToSetUp(ctx: Context<State>): Response {
  if (!wantsJson(ctx)) return ctx.redirect(paths.setup(), 303);
  throw new AppError("not_set_up", "This server is not set up yet", {
    hint: "Open it in a browser and enter the code that it printed when it started",
  });
}
