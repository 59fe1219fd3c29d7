/** @module The server's identity key as both sides handle it. WebCrypto Ed25519 only, no zod. */

/** `SHA256:` and the base64url of the SHA-256 of the raw 32-byte public key, as shown to operators. */
export async function fingerprintOf(public_key: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", public_key));
  return `SHA256:${base64url(digest)}`;
}

/** Imports a raw 32-byte Ed25519 public key. @throws {TypeError} if it is no such key */
export async function importPublicKey(raw: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return await crypto.subtle.importKey("raw", raw, "Ed25519", true, ["verify"]);
}

/** True if `signature_base64` is the key's signature over the UTF-8 bytes of `payload`. */
export async function verifyText(
  key: CryptoKey,
  payload: string,
  signature_base64: string,
): Promise<boolean> {
  let signature: Uint8Array<ArrayBuffer>;
  try {
    signature = fromBase64(signature_base64);
  } catch {
    return false; // Not base64 is not a signature.
  }
  return await crypto.subtle.verify("Ed25519", key, signature, new TextEncoder().encode(payload));
}

/** The base64 signature of the UTF-8 bytes of `payload`. */
export async function signText(key: CryptoKey, payload: string): Promise<string> {
  const bytes = new TextEncoder().encode(payload);
  return toBase64(new Uint8Array(await crypto.subtle.sign("Ed25519", key, bytes)));
}

/** The text signed to prove who the server is, before an agent hands it an enrolment token. */
export function identityStatement(nonce: string): string {
  return `restic-manager identity ${nonce}`;
}

/** The text signed over an enrolment answer, so that nobody between can swap the bearer or the host. */
export function enrollmentStatement(nonce: string, host_id: string, bearer: string): string {
  return `restic-manager enrolment ${nonce} ${host_id} ${bearer}`;
}

/** The text that the old key signs, so that agents follow to the new one. Keys in base64. */
export function keyChangeStatement(change: { from: string; to: string; made_at: string }): string {
  return `restic-manager key change ${change.from} ${change.to} ${change.made_at}`;
}

export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

export function base64url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
