/** @module The theme that somebody chose, in a cookie; without one the system's own is followed. */
import type { Config } from "../config.ts";
import type { State } from "../state.ts";
import type { Middleware } from "fresh";
import { addCookie, readCookie } from "./cookies.ts";

const COOKIE = "rm_theme";
const KEPT_SECONDS = 365 * 24 * 3600;

/** Remembers the choice; undefined follows the system again. */
export function setTheme(
  headers: Headers,
  theme: State["theme"],
  config: Pick<Config, "cookie_secure">,
): void {
  const max_age_seconds = theme === undefined ? 0 : KEPT_SECONDS;
  addCookie(headers, [COOKIE, theme ?? ""], { config, max_age_seconds });
}

/** Puts the chosen theme into `state.theme`. */
export const readTheme: Middleware<State> = (ctx) => {
  const value = readCookie(ctx.req.headers, COOKIE);
  ctx.state.theme = value === "light" || value === "dark" ? value : undefined;
  return ctx.next();
};
