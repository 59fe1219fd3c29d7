/** @module The server's Ed25519 identity, kept in the data dir outside the database. */
import { join } from "node:path";
import type { KeyChange } from "../protocol/server_messages.ts";
import { fingerprintOf, keyChangeStatement, signText, toBase64 } from "../protocol/signing.ts";
import { iso } from "../clock.ts";
import { StartError } from "../start_error.ts";
import { keyChangesPath, readKeyChanges } from "./key_changes.ts";
import { createPrivateFile, readPrivateFile } from "./private_file.ts";

const FILE = "identity.key";
const NEXT_FILE = "identity.key.next";

export interface ServerIdentity {
  /** Raw 32-byte public key. */
  public_key: Uint8Array<ArrayBuffer>;
  /** `SHA256:…`, the form that operators copy. */
  fingerprint: string;
  /** base64 signature of the UTF-8 bytes. */
  sign(text: string): Promise<string>;
  /** How the key came to be this one, oldest first; empty if it is the first. */
  key_changes: KeyChange[];
}

/**
 * Loads `<data dir>/identity.key` (PKCS8, 0600) or makes it, if there is no database yet.
 * @throws {StartError} if it is missing over an existing database, damaged, or readable by others
 */
export async function loadIdentity(data_dir: string, may_create: boolean): Promise<ServerIdentity> {
  const path = join(data_dir, FILE);
  const key_changes = await readKeyChanges(data_dir);
  const found = readPrivateFile(path, "identity key");
  if (found !== undefined) {
    const identity = { ...await fromPkcs8(found, path), key_changes };
    const last = key_changes.at(-1);
    if (last === undefined || last.to === toBase64(identity.public_key)) return identity;
    return await finishChange(data_dir, key_changes);
  }
  if (!may_create) {
    throw new StartError(
      `The identity key ${path} is missing, and enrolled agents trust only that key: ` +
        "put back the copy that was kept with the backup of this server",
    );
  }
  const made = await mintIdentityKey();
  createPrivateFile(path, made, "identity key");
  return { ...await fromPkcs8(made, path), key_changes };
}

/**
 * Gives the data dir a new key that the present one signed. A crash in it leaves the old key in force,
 * or a change that the next start finishes.
 * @throws {StartError} if a file cannot be written
 */
export async function changeIdentity(
  data_dir: string,
  present: ServerIdentity,
  now_ms: number,
): Promise<ServerIdentity> {
  const made = await mintIdentityKey();
  const next = await fromPkcs8(made, NEXT_FILE);
  const change = {
    from: toBase64(present.public_key),
    to: toBase64(next.public_key),
    made_at: iso(now_ms),
  };
  const signature = await present.sign(keyChangeStatement(change));
  const key_changes = [...present.key_changes, { ...change, signature }];
  createPrivateFile(join(data_dir, NEXT_FILE), made, "next identity key");
  const text = new TextEncoder().encode(JSON.stringify(key_changes, null, 2) + "\n");
  createPrivateFile(keyChangesPath(data_dir), text, "list of key changes");
  return await finishChange(data_dir, key_changes);
}

/** Puts the next key into the place of the old one, which the written change has ended. */
async function finishChange(data_dir: string, key_changes: KeyChange[]): Promise<ServerIdentity> {
  const path = join(data_dir, FILE);
  const next_path = join(data_dir, NEXT_FILE);
  const found = readPrivateFile(next_path, "next identity key");
  const next = found === undefined ? undefined : await fromPkcs8(found, next_path);
  if (next === undefined || toBase64(next.public_key) !== key_changes.at(-1)!.to) {
    throw new StartError(
      `The identity key ${path} is an older one than ${keyChangesPath(data_dir)} ends with, and ` +
        "agents do not obey it any more: put back the newest copy of identity.key",
    );
  }
  Deno.renameSync(next_path, path);
  return { ...next, key_changes };
}

/** A fresh identity that is kept nowhere. */
export async function temporaryIdentity(): Promise<ServerIdentity> {
  return { ...await fromPkcs8(await mintIdentityKey(), "(memory)"), key_changes: [] };
}

async function mintIdentityKey(): Promise<Uint8Array<ArrayBuffer>> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  return new Uint8Array(await crypto.subtle.exportKey("pkcs8", (pair as CryptoKeyPair).privateKey));
}

async function fromPkcs8(
  pkcs8: Uint8Array<ArrayBuffer>,
  path: string,
): Promise<Omit<ServerIdentity, "key_changes">> {
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
