/** @module The server's Ed25519 identity, kept in the data dir outside the database. */
import { join } from "node:path";
import { fingerprintOf, signText } from "../protocol/signing.ts";
import { StartError } from "../start_error.ts";
import { createPrivateFile, readPrivateFile } from "./private_file.ts";

export interface ServerIdentity {
  /** Raw 32-byte public key. */
  public_key: Uint8Array<ArrayBuffer>;
  /** `SHA256:…`, the form that operators copy. */
  fingerprint: string;
  /** base64 signature of the UTF-8 bytes. */
  sign(text: string): Promise<string>;
}

/**
 * Loads `<data dir>/identity.key` (PKCS8, 0600) or makes it, if there is no database yet.
 * @throws {StartError} if it is missing over an existing database, damaged, or readable by others
 */
export async function loadIdentity(data_dir: string, may_create: boolean): Promise<ServerIdentity> {
  const path = join(data_dir, "identity.key");
  const found = readPrivateFile(path, "identity key");
  if (found !== undefined) return await fromPkcs8(found, path);
  if (!may_create) {
    throw new StartError(
      `The identity key ${path} is missing, and enrolled agents trust only that key: ` +
        "put back the copy that was kept with the backup of this server",
    );
  }
  const made = await mintIdentityKey();
  createPrivateFile(path, made, "identity key");
  return await fromPkcs8(made, path);
}

/** A fresh identity that is kept nowhere. */
export async function temporaryIdentity(): Promise<ServerIdentity> {
  return await fromPkcs8(await mintIdentityKey(), "(memory)");
}

async function mintIdentityKey(): Promise<Uint8Array<ArrayBuffer>> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  return new Uint8Array(await crypto.subtle.exportKey("pkcs8", (pair as CryptoKeyPair).privateKey));
}

async function fromPkcs8(pkcs8: Uint8Array<ArrayBuffer>, path: string): Promise<ServerIdentity> {
  let private_key: CryptoKey;
  try {
    private_key = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", true, ["sign"]);
  } catch (error) {
    throw new StartError(`The identity key ${path} is damaged: put back a copy of it`, {
      cause: error,
    });
  }
  const { x } = await crypto.subtle.exportKey("jwk", private_key);
  const public_key = Uint8Array.fromBase64(x!, { alphabet: "base64url" });
  return {
    public_key,
    fingerprint: await fingerprintOf(public_key),
    sign: (text) => signText(private_key, text),
  };
}
