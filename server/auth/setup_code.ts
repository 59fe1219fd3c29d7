/** @module The one-time code of the first run: on the console and in `<data dir>/setup-code` (0600). */
import { timingSafeEqual } from "node:crypto";
import { createPrivateFile } from "../secrets/private_file.ts";

/** Crockford's base 32: no letter looks like a digit. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** 16 characters of 5 bits: 80 bits, out of reach with the few attempts a minute that are let in. */
const CODE_CHARS = 16;

export class SetupCode {
  readonly #file: string | undefined;
  #code: string | undefined;
  /** @param file where the code is also written; nowhere if undefined */
  constructor(file?: string) {
    this.#file = file;
  }

  /** Mints a new code and writes its file. Every code before it stops working. */
  issue(): string {
    const random = crypto.getRandomValues(new Uint8Array(CODE_CHARS));
    const chars = [...random].map((byte) => ALPHABET[byte % ALPHABET.length]!).join("");
    this.#code = chars;
    const shown = chars.match(/.{4}/g)!.join("-");
    if (this.#file !== undefined) {
      createPrivateFile(this.#file, new TextEncoder().encode(shown + "\n"), "set-up code");
    }
    return shown;
  }

  /** Compares in constant time. */
  matches(code: string): boolean {
    const expected = new TextEncoder().encode(this.#code ?? "");
    const given = new TextEncoder().encode(normalise(code));
    return expected.length > 0 && given.length === expected.length &&
      timingSafeEqual(given, expected);
  }

  /** Removes the file and refuses every code from now on. */
  spend(): void {
    this.#code = undefined;
    if (this.#file === undefined) return;
    try {
      Deno.removeSync(this.#file);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

function normalise(code: string): string {
  return code.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
}
