/** @module Password hashes: Argon2id (OWASP's parameters) as PHC strings, at most two at a time. */
import { timingSafeEqual } from "node:crypto";
import { AppError } from "../errors.ts";

/** OWASP password storage cheat sheet: 19 MiB, two passes, one lane. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const SALT_BYTES = 16;
const TAG_BYTES = 32;
/** Each hash takes 19 MiB and a core for about 40 ms, so that many wait and the rest is turned away. */
const CONCURRENT_MAX = 2;
const QUEUE_MAX = 32;

interface Parameters {
  memory_kib: number;
  passes: number;
  lanes: number;
  salt: Uint8Array<ArrayBuffer>;
}

export class Passwords {
  #running = 0;
  readonly #queue: (() => void)[] = [];

  /** A PHC string of the password with a fresh salt. @throws {AppError} busy */
  async hash(password: string): Promise<string> {
    const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
    const parameters = { memory_kib: MEMORY_KIB, passes: PASSES, lanes: LANES, salt };
    const tag = await this.#derive(password, parameters);
    return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${encode(salt)}$${encode(tag)}`;
  }

  /** True if the password made this PHC string; false for a string it cannot read. @throws {AppError} busy */
  async matches(password: string, phc: string): Promise<boolean> {
    const parsed = parsePhc(phc);
    if (parsed === undefined) return false;
    const tag = await this.#derive(password, parsed.parameters);
    return tag.length === parsed.tag.length && timingSafeEqual(tag, parsed.tag);
  }

  /** Takes as long as {@link matches}, so that an unknown name answers no faster than a known one. */
  async pretend(password: string): Promise<void> {
    await this.hash(password);
  }

  /** True if the string was made with other parameters than today's. */
  isOutdated(phc: string): boolean {
    return !phc.startsWith(`$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$`);
  }

  async #derive(password: string, parameters: Parameters): Promise<Uint8Array<ArrayBuffer>> {
    await this.#enter();
    try {
      return await argon2id(password, parameters);
    } finally {
      this.#leave();
    }
  }

  async #enter(): Promise<void> {
    if (this.#running >= CONCURRENT_MAX) {
      if (this.#queue.length >= QUEUE_MAX) {
        throw new AppError("busy", "Too many people are signing in at this moment", {
          hint: "Try again in a few seconds",
          retry_after_seconds: 5,
        });
      }
      await new Promise<void>((resolve) => this.#queue.push(resolve));
      return;
    }
    this.#running++;
  }

  /** Hands the place to whoever waits longest. */
  #leave(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#running--;
    else next();
  }
}

async function argon2id(
  password: string,
  parameters: Parameters,
): Promise<Uint8Array<ArrayBuffer>> {
  // Normalised, so that the same password typed on another system gives the same bytes.
  const bytes = new TextEncoder().encode(password.normalize("NFC"));
  const key = await crypto.subtle.importKey(
    // TypeScript's library does not know this format of "Modern Algorithms in WebCrypto" yet.
    "raw-secret" as "raw",
    bytes,
    "Argon2id",
    false,
    ["deriveBits"],
  );
  const algorithm = {
    name: "Argon2id",
    nonce: parameters.salt,
    memory: parameters.memory_kib,
    passes: parameters.passes,
    parallelism: parameters.lanes,
    version: 0x13,
  };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, TAG_BYTES * 8));
}

function parsePhc(
  phc: string,
): { parameters: Parameters; tag: Uint8Array<ArrayBuffer> } | undefined {
  const match =
    /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/
      .exec(phc);
  if (match === null) return undefined;
  const [, memory, passes, lanes, salt, tag] = match;
  return {
    parameters: {
      memory_kib: Number(memory),
      passes: Number(passes),
      lanes: Number(lanes),
      salt: Uint8Array.fromBase64(salt!),
    },
    tag: Uint8Array.fromBase64(tag!),
  };
}

function encode(bytes: Uint8Array): string {
  return bytes.toBase64({ omitPadding: true });
}
