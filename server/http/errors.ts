/** @module Turns whatever a later step threw into an answer: JSON, a toast on the page before, or a page. */
import type { VNode } from "preact";
import type { Context, Middleware } from "fresh";
import { HttpError } from "fresh";
import { methodsOf } from "../auth/route_access.ts";
import { AppError, errorBody, type ErrorCode, toAppError } from "../errors.ts";
import type { State } from "../state.ts";
import { setFlash } from "./flash.ts";
import { changesState, sameOriginReferer, wantsJson } from "./request.ts";

/** Draws the page of an error. */
export type ErrorPage = (ctx: Context<State>, error: AppError) => VNode;

/** Going back after these would hide that the request itself was refused. */
const SHOWN_IN_PLACE: ReadonlySet<ErrorCode> = new Set(["csrf", "forbidden", "misdirected"]);

/** The middleware; `errorPage` draws the pages, and without one the text is answered plainly. */
export function answerErrors(errorPage: ErrorPage | undefined): Middleware<State> {
  return async (ctx) => {
    try {
      return await ctx.next();
    } catch (thrown) {
      const error = fromThrown(thrown);
      logIfOurs(ctx, error);
      const response = await answer(ctx, error, errorPage);
      if (error.retry_after_seconds !== undefined) {
        response.headers.set("retry-after", String(error.retry_after_seconds));
      }
      if (error.code === "method_not_allowed" && ctx.route !== null) {
        response.headers.set("allow", methodsOf(ctx.route).join(", "));
      }
      return response;
    }
  };
}

/** The framework's own errors get our words. */
function fromThrown(thrown: unknown): AppError {
  if (!(thrown instanceof HttpError)) return toAppError(thrown);
  switch (thrown.status) {
    case 404:
      return new AppError("not_found", "There is nothing at this address", {
        hint: "The page was moved or removed, or the address has a slip in it",
      });
    case 405:
      return new AppError("method_not_allowed", "This address does not take that method");
    case 400:
      return new AppError("bad_request", thrown.message || "The request is not understood");
    default:
      return toAppError(thrown);
  }
}

function logIfOurs(ctx: Context<State>, error: AppError): void {
  if (error.status < 500) return;
  const { services, request_id } = ctx.state;
  services.log.error("request failed", {
    request_id,
    route: ctx.route,
    code: error.code,
    error: error.cause ?? error,
  });
}

async function answer(
  ctx: Context<State>,
  error: AppError,
  errorPage: ErrorPage | undefined,
): Promise<Response> {
  const { state } = ctx;
  if (wantsJson(ctx)) {
    return Response.json(errorBody(error, state.request_id), { status: error.status });
  }
  const by_form = changesState(ctx.req) && ctx.route !== null;
  if (by_form && !SHOWN_IN_PLACE.has(error.code)) return backWithToast(ctx, error);
  const page = errorPage === undefined ? undefined : await draw(ctx, error, errorPage);
  return page ?? plainAnswer(error, state.request_id);
}

/** Undefined if the page fails itself, as it would without a database. */
async function draw(
  ctx: Context<State>,
  error: AppError,
  errorPage: ErrorPage,
): Promise<Response | undefined> {
  try {
    ctx.error = error;
    return await ctx.render(errorPage(ctx, error), { status: error.status });
  } catch (second) {
    const { services, request_id } = ctx.state;
    services.log.error("the error page failed too", { request_id, error: second });
    return undefined;
  }
}

function plainAnswer(error: AppError, request_id: string): Response {
  const lines = [error.message, error.hint, `Request ${request_id}`];
  return new Response(lines.filter((line) => line !== undefined).join("\n"), {
    status: error.status,
  });
}

function backWithToast(ctx: Context<State>, error: AppError): Response {
  const location = sameOriginReferer(ctx) ?? ctx.url.pathname;
  const headers = new Headers({ location });
  const text = [
    error.hint,
    error.status >= 500 ? `Request ${ctx.state.request_id}` : undefined,
  ].filter((part) => part !== undefined).join(". ");
  const flash = { tone: "fail" as const, title: error.message };
  setFlash(headers, text === "" ? flash : { ...flash, text }, ctx.state.services.config);
  return new Response(null, { status: 303, headers });
}
