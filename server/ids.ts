/** @module Minting of ids and tokens. */
import { createHash } from "node:crypto";
import { base64url } from "./protocol/signing.ts";

export { mintId } from "./protocol/ids.ts";

/** A random token as `prefix_` and base64url; 32 bytes unless told. The prefix makes a leak findable. */
export function mintToken(prefix: string, byte_count = 32): string {
  return `${prefix}_${base64url(crypto.getRandomValues(new Uint8Array(byte_count)))}`;
}

/** What is stored of a token: the hex SHA-256 of its text. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
