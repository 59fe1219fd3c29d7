/** @module Bounded bodies: read whole, at most 256 KiB, before anything else sees them. */
import type { Context, Middleware } from "fresh";
import type * as z from "zod";
import { AppError } from "../errors.ts";
import type { State } from "../state.ts";
import { changesState, isApi } from "./request.ts";

const BODY_MAX_BYTES = 256 * 1024;
const FORM_TYPES = ["application/x-www-form-urlencoded", "multipart/form-data"];

/**
 * Reads the body of a state-changing request with a bound and hands a request with the same body on,
 * so that whoever comes later reads it freely. REST takes JSON only, pages take forms only.
 */
export const boundBody: Middleware<State> = async (ctx) => {
  if (!changesState(ctx.req) || ctx.req.body === null) return await ctx.next();
  const bytes = await readBounded(ctx.req);
  if (bytes.length > 0) checkType(ctx);
  ctx.req = new Request(ctx.req.url, {
    method: ctx.req.method,
    headers: ctx.req.headers,
    body: bytes,
  });
  return await ctx.next();
};

/** The JSON body, checked. An empty one counts as `{}`. @throws {AppError | z.ZodError} */
export async function readJson<T extends z.ZodType>(
  ctx: Context<State>,
  schema: T,
): Promise<z.output<T>> {
  const text = await ctx.req.text();
  const json = text.trim() === "" ? {} : fromJson(text);
  try {
    return schema.parse(json);
  } catch (error) {
    // zod compares a value's own `length` before its type: a made-up object makes it throw.
    if (error instanceof TypeError) throw notUnderstood();
    throw error;
  }
}

function notUnderstood(): AppError {
  return new AppError("bad_request", "The body has not the form that is taken here", {
    hint: "See /api/openapi.json",
  });
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Without its cause: that quotes the body, which may hold a password.
    throw new AppError("bad_request", "The body is not valid JSON");
  }
}

async function readBounded(req: Request): Promise<Uint8Array<ArrayBuffer>> {
  const announced = Number(req.headers.get("content-length") ?? "0");
  if (announced > BODY_MAX_BYTES) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of req.body!) {
    length += chunk.length;
    if (length > BODY_MAX_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function checkType(ctx: Context<State>): void {
  const type = (ctx.req.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
  const allowed = isApi(ctx) ? ["application/json"] : FORM_TYPES;
  if (allowed.includes(type)) return;
  throw new AppError("unsupported_media", "The body has a content type that is not taken here", {
    hint: `Send it as ${allowed[0]}`,
  });
}

function tooLarge(): AppError {
  return new AppError("too_large", "The request is larger than 256 KiB", {
    hint: "Send fewer or shorter entries",
  });
}
