/** @module Reading and writing of cookies. Every cookie of ours is HttpOnly, SameSite=Strict, Path=/. */
import type { Config } from "../config.ts";

/** The value of one cookie of a request, or undefined. */
export function readCookie(headers: Headers, name: string): string | undefined {
  for (const pair of (headers.get("cookie") ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

export interface CookieOptions {
  config: Pick<Config, "cookie_secure">;
  /** 0 removes the cookie; undefined keeps it until the browser is closed. */
  max_age_seconds?: number;
}

/** Adds a cookie to an answer. The value must be free of `;` and spaces. */
export function addCookie(
  headers: Headers,
  [name, value]: [string, string],
  options: CookieOptions,
) {
  const age = options.max_age_seconds === undefined ? "" : `; Max-Age=${options.max_age_seconds}`;
  const secure = options.config.cookie_secure ? "; Secure" : "";
  headers.append(
    "set-cookie",
    `${name}=${value}; Path=/; HttpOnly; SameSite=Strict${secure}${age}`,
  );
}
