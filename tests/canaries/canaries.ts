/** @module Secrets with a mark, and the search for them in every form in which they could leak. */
import { Buffer } from "node:buffer";
import { join } from "node:path";

/** A secret that was found where it must not be. */
export interface Leak {
  /** What the secret is, as "repository password". */
  secret: string;
  form: string;
  where: string;
}

interface Needle {
  secret: string;
  form: string;
  bytes: Buffer;
}

/** Shorter pieces are found by chance. */
const PIECE_MIN_BYTES = 12;

export class Canaries {
  readonly #needles: Needle[] = [];
  readonly #names = new Set<string>();

  get count(): number {
    return this.#names.size;
  }

  /** Adds a secret; it is looked for in raw, hex, base64, URL, JSON and HTML form. */
  add<T extends string | Uint8Array>(name: string, value: T): T {
    this.#names.add(name);
    if (typeof value !== "string") {
      this.#needles.push({ secret: name, form: "raw", bytes: Buffer.from(value) });
    }
    for (const [form, text] of typeof value === "string" ? textForms(value) : byteForms(value)) {
      if (text.length < PIECE_MIN_BYTES) continue;
      this.#needles.push({ secret: name, form, bytes: Buffer.from(text) });
    }
    return value;
  }

  /** The leaks in a text or in bytes; `allowed` names secrets that may be there. */
  search(where: string, hay: string | Uint8Array, allowed: string[] = []): Leak[] {
    const buffer = typeof hay === "string"
      ? Buffer.from(hay)
      : Buffer.from(hay.buffer, hay.byteOffset, hay.byteLength);
    return this.#needles
      .filter(({ secret, bytes }) => !allowed.includes(secret) && buffer.includes(bytes))
      .map(({ secret, form }) => ({ secret, form, where }));
  }

  /** The leaks in every file below a folder, in names too. `skip` tells which files may hold them. */
  searchFolder(folder: string, skip: (path: string) => boolean = () => false): Leak[] {
    const leaks: Leak[] = [];
    for (const { name, isDirectory, isFile } of Deno.readDirSync(folder)) {
      const path = join(folder, name);
      leaks.push(...this.search(`the name of ${path}`, name));
      if (skip(path)) continue;
      if (isDirectory) leaks.push(...this.searchFolder(path, skip));
      else if (isFile) leaks.push(...this.search(path, Deno.readFileSync(path)));
    }
    return leaks;
  }
}

function textForms(value: string): [string, string][] {
  return [
    ["raw", value],
    ["url", encodeURIComponent(value)],
    ["url", new URLSearchParams({ v: value }).toString().slice(2)],
    ["json", JSON.stringify(value).slice(1, -1)],
    ["html", value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;")],
    ...byteForms(Buffer.from(value)),
  ];
}

/** Base64 of bytes depends on how many stand before them: three forms of each. */
function byteForms(value: Uint8Array): [string, string][] {
  const hex = Buffer.from(value).toString("hex");
  const forms: [string, string][] = [["hex", hex], ["hex", hex.toUpperCase()]];
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), value]).toString("base64");
    // Only what these bytes alone decide: not the characters shared with what stands around them.
    const own = encoded.replace(/=+$/, "").slice(Math.ceil(before * 8 / 6), -1);
    forms.push(["base64", own], ["base64url", own.replaceAll("+", "-").replaceAll("/", "_")]);
  }
  return forms;
}
