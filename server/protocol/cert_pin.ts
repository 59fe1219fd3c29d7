/** @module The fingerprint of a TLS certificate as both sides write it. No zod: the agent uses it. */

/** The present one and the next. */
export const CERT_PINS_MAX = 2;

/**
 * A SHA-256 fingerprint as 64 small hex digits, from what openssl or a browser shows (with or without
 * colons, `sha256:` or `sha256 Fingerprint=`); undefined if it is none.
 */
export function certPin(text: string): string | undefined {
  const digits = text.trim().replace(/^sha-?256(\s*fingerprint)?\s*[:=]\s*/i, "")
    .replace(/[:\s]/g, "");
  return /^[0-9a-f]{64}$/i.test(digits) ? digits.toLowerCase() : undefined;
}
