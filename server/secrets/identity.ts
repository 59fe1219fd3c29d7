/** @module The server's Ed25519 identity, kept in the data dir outside the database. */

export interface ServerIdentity {
  /** Raw 32-byte public key. */
  public_key: Uint8Array<ArrayBuffer>;
  /** `SHA256:…`, the form that operators copy. */
  fingerprint: string;
  /** base64 signature of the UTF-8 bytes. */
  sign(text: string): Promise<string>;
}

/** Loads `<data dir>/identity.key` (0600) or makes it, if there is no database yet. */
export function loadIdentity(_data_dir: string, _may_create: boolean): Promise<ServerIdentity> {
  throw new Error("not written yet");
}
