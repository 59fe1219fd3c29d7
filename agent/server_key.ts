/**
 * @module The key whose orders this agent obeys: the one of its enrolment, or one that came after it by
 * changes that each predecessor signed.
 */
import type { KeyChange } from "../server/protocol/server_messages.ts";
import {
  fingerprintOf,
  fromBase64,
  importPublicKey,
  keyChangeStatement,
  verifyText,
} from "../server/protocol/signing.ts";
import { messageOf } from "./errors.ts";
import type { AgentLog } from "./log.ts";

export interface ServerKeyOptions {
  /** base64 of the raw key of the enrolment. */
  enrolled: string;
  /** Changes that were followed before. */
  changes: KeyChange[];
  /** Writes them down before they count. */
  save(changes: KeyChange[]): Promise<void>;
  log: AgentLog;
}

export class ServerKey {
  readonly #o: ServerKeyOptions;
  #changes: KeyChange[];
  #work: Promise<void>;
  #public_key: string;
  #key: CryptoKey | undefined;

  constructor(options: ServerKeyOptions) {
    this.#o = options;
    this.#changes = [];
    this.#public_key = options.enrolled;
    // What was kept is proved again: agent.yaml may have been edited.
    this.#work = this.#follow(options.changes, { keep: false });
  }

  /** Follows what the server tells of its key. Orders that come after it wait until that is done. */
  follow(changes: readonly KeyChange[]): void {
    this.#work = this.#work.then(() => this.#follow(changes, { keep: true })).catch((error) => {
      this.#o.log.error(`cannot keep the server's new key: ${messageOf(error)}`);
    });
  }

  /** True if the key that is good now signed exactly this text. */
  async verify(text: string, signature: string): Promise<boolean> {
    await this.#work;
    this.#key ??= await importPublicKey(fromBase64(this.#public_key));
    return await verifyText(this.#key, text, signature);
  }

  async #follow(changes: readonly KeyChange[], { keep }: { keep: boolean }): Promise<void> {
    let public_key = this.#public_key;
    const followed: KeyChange[] = [];
    for (const change of changes) {
      // Those before the present key are old news.
      if (change.from !== public_key) continue;
      if (!await isProved(change)) {
        this.#o.log.error("refused a new key of the server that its present key did not sign");
        break;
      }
      followed.push(change);
      public_key = change.to;
    }
    if (followed.length === 0) return;
    const all = [...this.#changes, ...followed];
    if (keep) await this.#o.save(all);
    this.#changes = all;
    this.#public_key = public_key;
    this.#key = undefined;
    if (!keep) return;
    const fingerprint = await fingerprintOf(fromBase64(public_key));
    this.#o.log.info(`the server has a new key, signed by its old one: ${fingerprint}`);
  }
}

async function isProved(change: KeyChange): Promise<boolean> {
  try {
    const from = await importPublicKey(fromBase64(change.from));
    await importPublicKey(fromBase64(change.to));
    return await verifyText(from, keyChangeStatement(change), change.signature);
  } catch {
    return false; // Not even a key.
  }
}
