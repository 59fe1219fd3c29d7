/**
 * @module A mark beside the database that tells whether the database is an earlier copy of itself.
 * A copy of the whole data dir brings its own mark back: then only the agents can tell.
 */
import { join } from "node:path";
import { createPrivateFile, readPrivateFile } from "../secrets/private_file.ts";

export interface EpochMark {
  /** The highest that was spoken with any host. */
  epoch: number;
  /** How often the server has started over this database. */
  starts: number;
  /** The newest row of the audit log when this was written. */
  audit: { seq: number; hash: string };
}

export class EpochFile {
  readonly #path: string;

  constructor(data_dir: string) {
    this.#path = join(data_dir, "epoch.json");
  }

  /** Undefined if there is none, or none that can be read: then it says nothing. */
  read(): EpochMark | undefined {
    const bytes = readPrivateFile(this.#path, "epoch file");
    if (bytes === undefined) return undefined;
    try {
      return marked(JSON.parse(new TextDecoder().decode(bytes)));
    } catch {
      return undefined;
    }
  }

  /** Replaces it whole. */
  write(mark: EpochMark): void {
    const bytes = new TextEncoder().encode(JSON.stringify(mark) + "\n");
    createPrivateFile(this.#path, bytes, "epoch file");
  }
}

function marked(value: EpochMark): EpochMark | undefined {
  const { epoch, starts, audit } = value;
  const whole = [epoch, starts, audit.seq].every((n) => Number.isSafeInteger(n) && n >= 0);
  return whole && typeof audit.hash === "string" ? { epoch, starts, audit } : undefined;
}
