/** @module Bytes of a stream to lines of text (pure). How the bytes were cut changes nothing. */

/** A longer line is cut at this many bytes and marked. */
export const LINE_MAX_BYTES = 1024 * 1024;
/** Ends a line that was cut. */
export const LINE_CUT_MARK = " … [line cut]";

const LF = 0x0a;
const CR = 0x0d;
/** "Erase line", which restic up to 0.18 prints before "signal … received" without a terminal. */
const ERASE_LINE = "\u001b[2K";

/**
 * Splits at LF and CR, drops empty lines and erase-line codes, and turns what is not UTF-8 into
 * U+FFFD. Holds at most one line.
 */
export class LineSplitter {
  #onLine;
  #max_bytes;
  #parts: Uint8Array[] = [];
  #length = 0;
  #cut = false;

  constructor(onLine: (line: string) => void, max_bytes = LINE_MAX_BYTES) {
    this.#onLine = onLine;
    this.#max_bytes = max_bytes;
  }

  /** Takes the next bytes and emits the lines that they complete. */
  push(chunk: Uint8Array): void {
    let start = 0;
    for (let index = 0; index < chunk.length; index++) {
      if (chunk[index] !== LF && chunk[index] !== CR) continue;
      this.#keep(chunk.subarray(start, index));
      this.#emit();
      start = index + 1;
    }
    this.#keep(chunk.subarray(start));
  }

  /** The stream has ended: emits what came without a line end. */
  end(): void {
    this.#emit();
  }

  #keep(bytes: Uint8Array): void {
    const room = this.#max_bytes - this.#length;
    if (bytes.length > room) this.#cut = true;
    const kept = bytes.slice(0, room);
    if (kept.length === 0) return;
    this.#parts.push(kept);
    this.#length += kept.length;
  }

  #emit(): void {
    if (this.#length === 0) return;
    const text = decode(joinBytes(this.#parts, this.#length)).replaceAll(ERASE_LINE, "");
    const line = this.#cut ? text + LINE_CUT_MARK : text;
    this.#parts = [];
    this.#length = 0;
    this.#cut = false;
    if (line !== "") this.#onLine(line);
  }
}

/** Puts the parts of a byte stream together. */
export function joinBytes(parts: readonly Uint8Array[], length: number): Uint8Array {
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** UTF-8 to text; invalid bytes become U+FFFD. */
export function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}
