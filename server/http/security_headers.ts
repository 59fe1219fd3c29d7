/** @module Headers that every answer carries, errors too. */
import type { Middleware } from "fresh";
import type { State } from "../state.ts";

const FIXED: Record<string, string> = {
  "x-content-type-options": "nosniff",
  // Not no-referrer: browsers would then send "Origin: null" with our own forms.
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "x-frame-options": "DENY",
  "permissions-policy":
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), " +
    "magnetometer=(), microphone=(), midi=(), payment=(), usb=(), xr-spatial-tracking=()",
};
const TWO_YEARS_SECONDS = 63_072_000;

/** Adds them to what comes out of the rest of the chain. */
export const securityHeaders: Middleware<State> = async (ctx) => {
  const answer = await ctx.next();
  // An upgraded connection has no more headers to change.
  if (answer.status === 101) return answer;
  const response = new Response(answer.body, answer);
  const { headers } = response;
  for (const [name, value] of Object.entries(FIXED)) headers.set(name, value);
  if (!headers.has("content-security-policy")) {
    headers.set("content-security-policy", contentSecurityPolicy(ctx.state.nonce));
  }
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  if (ctx.state.services.config.base_url.startsWith("https:")) {
    headers.set(
      "strict-transport-security",
      `max-age=${TWO_YEARS_SECONDS}; includeSubDomains`,
    );
  }
  return response;
};

function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
