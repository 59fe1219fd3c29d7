/** @module The cookie that holds a session's token. */
import type { Config } from "../config.ts";
import { addCookie, readCookie } from "./cookies.ts";

type CookieConfig = Pick<Config, "cookie_secure">;

/** With `__Host-` no other host of the domain can set it; browsers take that prefix only with Secure. */
export function sessionCookieName(config: CookieConfig): string {
  return config.cookie_secure ? "__Host-rm_s" : "rm_s";
}

export function readSessionToken(headers: Headers, config: CookieConfig): string | undefined {
  return readCookie(headers, sessionCookieName(config));
}

/** Signs the browser in: adds the cookie to an answer. */
export function addSessionCookie(headers: Headers, token: string, config: CookieConfig): void {
  addCookie(headers, [sessionCookieName(config), token], { config });
}

/** Signs the browser out: removes the cookie, and what the browser kept of the pages. */
export function removeSessionCookie(headers: Headers, config: CookieConfig): void {
  addCookie(headers, [sessionCookieName(config), ""], { config, max_age_seconds: 0 });
  headers.set("clear-site-data", '"cache"');
}
