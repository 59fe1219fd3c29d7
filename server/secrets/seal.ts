/** @module AES-256-GCM envelopes for columns: `v1.<key id>.<nonce>.<ciphertext>`, bound to their place. */
import type { Secret } from "./secret.ts";

/** Where a sealed value lives; it opens nowhere else. */
export interface SealContext {
  table: string;
  row: string;
  column: string;
}

export class Sealer {
  constructor(_master_key: Uint8Array<ArrayBuffer>) {}
  seal(_plain: Secret, _context: SealContext): Promise<string> {
    throw new Error("not written yet");
  }
  /** @throws {Error} if the envelope was altered, moved or made with another key */
  open(_envelope: string, _context: SealContext): Promise<Secret> {
    throw new Error("not written yet");
  }
  /** A key for another purpose, derived by HKDF, as `csrf`. 32 bytes. */
  derive(_purpose: string): Promise<Uint8Array<ArrayBuffer>> {
    throw new Error("not written yet");
  }
}
