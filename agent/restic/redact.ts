/** @module Masks secrets in text before it leaves the agent's process (pure). */
import type { RepositoryAccess } from "./restic.ts";

const MASK = "***";
/** `://user:password@`; linear in the length of the text, which may be hostile. */
const USERINFO = /(:\/\/[^\s/:@]*):[^\s/]*@/g;

/** Takes a text, returns it without secrets. */
export type Redact = (text: string) => string;

/**
 * Builds the masking function of one repository: its secrets as they are, URL-encoded, JSON-escaped
 * and as HTTP basic authentication, and the password of any `scheme://user:password@`.
 */
export function createRedact(access: RepositoryAccess): Redact {
  const pattern = secretPattern(access);
  return function redact(text: string): string {
    const masked = pattern === undefined ? text : text.replace(pattern, MASK);
    return masked.includes("://") ? masked.replace(USERINFO, `$1:${MASK}@`) : masked;
  };
}

function secretPattern(access: RepositoryAccess): RegExp | undefined {
  const forms = new Set<string>();
  for (const secret of [access.password, access.rest_password ?? ""]) {
    for (const form of formsOf(secret)) forms.add(form);
  }
  if (access.rest_username !== null && access.rest_password) {
    forms.add(basicCredentials(access.rest_username, access.rest_password));
  }
  forms.delete("");
  if (forms.size === 0) return undefined;
  const longest_first = [...forms].sort((a, b) => b.length - a.length);
  return new RegExp(longest_first.map((form) => RegExp.escape(form)).join("|"), "g");
}

function formsOf(secret: string): string[] {
  const well_formed = secret.toWellFormed();
  const encoded = encodeURIComponent(well_formed);
  return [
    secret,
    secret.trim(),
    well_formed,
    encoded,
    encoded.replaceAll("%20", "+"),
    // As Go escapes a user's password in a URL: it leaves these as they are.
    encoded.replace(/%(24|26|2B|2C|3B|3D)/g, (escaped) => decodeURIComponent(escaped)),
    JSON.stringify(secret).slice(1, -1),
  ];
}

function basicCredentials(username: string, password: string): string {
  const bytes = new TextEncoder().encode(`${username}:${password}`);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
