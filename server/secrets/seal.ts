/** @module AES-256-GCM envelopes for columns: `v1.<key id>.<nonce>.<ciphertext>`, bound to their place. */
import { createHash } from "node:crypto";
import { base64url } from "../protocol/signing.ts";
import { Secret } from "./secret.ts";

/** Where a sealed value lives; it opens nowhere else. */
export interface SealContext {
  table: string;
  row: string;
  column: string;
}

const NONCE_BYTES = 12;
const KEY_ID_CHARS = 8;

export class Sealer {
  /** Names the master key without telling anything about it. */
  readonly key_id: string;
  readonly #master: Promise<CryptoKey>;
  readonly #seal_key: Promise<CryptoKey>;

  constructor(master_key: Uint8Array<ArrayBuffer>) {
    this.key_id = createHash("sha256").update("restic-manager key id").update(master_key)
      .digest("base64url").slice(0, KEY_ID_CHARS);
    this.#master = crypto.subtle.importKey("raw", master_key, "HKDF", false, ["deriveBits"]);
    this.#seal_key = this.derive("seal").then((key) =>
      crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt", "decrypt"])
    );
  }

  async seal(plain: Secret, context: SealContext): Promise<string> {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const sealed = await crypto.subtle.encrypt(
      { name: "AES-GCM", iv: nonce, additionalData: place(context, this.key_id) },
      await this.#seal_key,
      new TextEncoder().encode(plain.reveal()),
    );
    return `v1.${this.key_id}.${base64url(nonce)}.${base64url(new Uint8Array(sealed))}`;
  }

  /** @throws {Error} if the envelope was altered, moved or made with another key */
  async open(envelope: string, context: SealContext): Promise<Secret> {
    const where = `${context.table}.${context.column}`;
    const [version, key_id, nonce, sealed, ...more] = envelope.split(".");
    if (version !== "v1" || nonce === undefined || sealed === undefined || more.length > 0) {
      throw new Error(`The sealed value in ${where} is not an envelope this version can read`);
    }
    if (key_id !== this.key_id) {
      throw new Error(`The sealed value in ${where} was made with another key (${key_id})`);
    }
    try {
      const plain = await crypto.subtle.decrypt(
        {
          name: "AES-GCM",
          iv: Uint8Array.fromBase64(nonce, { alphabet: "base64url" }),
          additionalData: place(context, key_id),
        },
        await this.#seal_key,
        Uint8Array.fromBase64(sealed, { alphabet: "base64url" }),
      );
      return new Secret(new TextDecoder().decode(plain));
    } catch (error) {
      throw new Error(`The sealed value in ${where} was altered or moved`, { cause: error });
    }
  }

  /** A key for another purpose, derived by HKDF, as `csrf`. 32 bytes. */
  async derive(purpose: string): Promise<Uint8Array<ArrayBuffer>> {
    const info = new TextEncoder().encode(`restic-manager ${purpose}`);
    const salt = new Uint8Array(32);
    return new Uint8Array(
      await crypto.subtle.deriveBits(
        { name: "HKDF", hash: "SHA-256", salt, info },
        await this.#master,
        256,
      ),
    );
  }
}

function place({ table, row, column }: SealContext, key_id: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode([table, row, column, key_id].join("|"));
}
