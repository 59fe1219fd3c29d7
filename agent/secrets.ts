/** @module secrets.enc: the repository access of the last config.update, sealed with AES-256-GCM. */
import { join } from "node:path";
import { fromBase64, toBase64 } from "../server/protocol/signing.ts";
import type { ConfigUpdate } from "../server/protocol/server_messages.ts";
import { writePrivateFile } from "./atomic_file.ts";
import type { AgentConfig } from "./config.ts";

/** What is sealed: the push as it came, and the epoch it came in. */
export interface StoredSettings extends Omit<ConfigUpdate, "type"> {
  epoch: number;
}

/** The sealed file and its key. Opening needs agent.yaml of the same enrolment. */
export class SecretsFile {
  readonly #path: string;
  readonly #config: Pick<AgentConfig, "host_id" | "secrets_key">;
  constructor(state_dir: string, config: Pick<AgentConfig, "host_id" | "secrets_key">) {
    this.#path = join(state_dir, "secrets.enc");
    this.#config = config;
  }

  /** What was stored; undefined if there is none or if it cannot be opened with this key. */
  async read(): Promise<StoredSettings | undefined> {
    let text: string;
    try {
      text = await Deno.readTextFile(this.#path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
    try {
      const sealed = JSON.parse(text) as { nonce: string; data: string };
      const plain = await crypto.subtle.decrypt(
        this.#algorithm(fromBase64(sealed.nonce)),
        await this.#key("decrypt"),
        fromBase64(sealed.data),
      );
      return JSON.parse(new TextDecoder().decode(plain)) as StoredSettings;
    } catch {
      return undefined; // Damaged or of an older enrolment: the server sends it again after hello.
    }
  }

  async write(settings: StoredSettings): Promise<void> {
    const nonce = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(settings));
    const data = await crypto.subtle.encrypt(
      this.#algorithm(nonce),
      await this.#key("encrypt"),
      plain,
    );
    const sealed = { version: 1, nonce: toBase64(nonce), data: toBase64(new Uint8Array(data)) };
    await writePrivateFile(this.#path, JSON.stringify(sealed) + "\n");
  }

  #algorithm(iv: Uint8Array<ArrayBuffer>): AesGcmParams {
    const label = `restic-manager|secrets.enc|${this.#config.host_id}`;
    return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(label) };
  }

  #key(use: "encrypt" | "decrypt"): Promise<CryptoKey> {
    const raw = fromBase64(this.#config.secrets_key);
    return crypto.subtle.importKey("raw", raw, "AES-GCM", false, [use]);
  }
}
