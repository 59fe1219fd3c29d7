/** @module A message for the next page, carried in a cookie and shown once. */
import * as z from "zod";
import type { Config } from "../config.ts";
import type { Flash, State } from "../state.ts";
import type { Context, Middleware } from "fresh";
import { addCookie, readCookie } from "./cookies.ts";

const COOKIE = "rm_flash";
const KEPT_SECONDS = 60;
const TEXT_MAX_CHARS = 600;
const FlashCookie = z.object({
  tone: z.enum(["ok", "warn", "fail"]),
  title: z.string().max(TEXT_MAX_CHARS),
  text: z.string().max(TEXT_MAX_CHARS).optional(),
});

/** Leaves a message for the page that the browser opens next. */
export function setFlash(
  headers: Headers,
  flash: Flash,
  config: Pick<Config, "cookie_secure">,
): void {
  const short: Flash = { tone: flash.tone, title: flash.title.slice(0, TEXT_MAX_CHARS) };
  if (flash.text !== undefined) short.text = flash.text.slice(0, TEXT_MAX_CHARS);
  const value = new TextEncoder().encode(JSON.stringify(short)).toBase64({ alphabet: "base64url" });
  addCookie(headers, [COOKIE, value], { config, max_age_seconds: KEPT_SECONDS });
}

/** Puts the message of the request before into `state.flash`, and takes it from the browser. */
export const readFlash: Middleware<State> = async (ctx) => {
  const value = readCookie(ctx.req.headers, COOKIE);
  if (value === undefined || !opensAPage(ctx)) return await ctx.next();
  ctx.state.flash = decode(value);
  const response = await ctx.next();
  // Kept when the answer only leads on to another page: that one shows it.
  if (response.status >= 300 && response.status < 400) return response;
  const { config } = ctx.state.services;
  addCookie(response.headers, [COOKIE, ""], { config, max_age_seconds: 0 });
  return response;
};

/** Scripts on a page fetch too, and must not take the message away. */
function opensAPage(ctx: Context<State>): boolean {
  if (ctx.req.method !== "GET" || ctx.url.pathname.startsWith("/api/")) return false;
  const mode = ctx.req.headers.get("sec-fetch-mode");
  if (mode !== null) return mode === "navigate";
  return ctx.req.headers.get("accept")?.includes("text/html") ?? false;
}

function decode(value: string): Flash | undefined {
  try {
    const bytes = Uint8Array.fromBase64(value, { alphabet: "base64url" });
    const { text, ...rest } = FlashCookie.parse(JSON.parse(new TextDecoder().decode(bytes)));
    return text === undefined ? rest : { ...rest, text };
  } catch {
    return undefined; // Not our cookie: nothing to show.
  }
}
