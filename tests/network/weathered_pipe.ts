/** @module One direction of a connection: bytes in order, but late, slow or in pieces. */
import type net from "node:net";
import type { Chance } from "../long/chance.ts";

/** What the network does to bytes; everything left out is perfect. */
export interface Weather {
  /** Each piece waits this long, from the first to the second, in milliseconds. */
  delay_ms?: readonly [number, number];
  /** Pieces are cut to lengths from the first to the second. */
  piece_bytes?: readonly [number, number];
  bytes_per_second?: number;
}

export interface PipeOptions {
  /** Asked for each piece, so that it can change on the way. */
  weather(): Weather;
  chance: Chance;
}

export class WeatheredPipe {
  readonly #from: net.Socket;
  readonly #to: net.Socket;
  readonly #o: PipeOptions;
  #stopped = false;
  #queue: Promise<void> = Promise.resolve();

  constructor(from: net.Socket, to: net.Socket, options: PipeOptions) {
    this.#from = from;
    this.#to = to;
    this.#o = options;
    from.on("data", (bytes: Uint8Array) => this.#take(bytes));
    from.on("end", () => this.#then(() => void this.#to.end()));
  }

  /** Nothing that has not left yet leaves any more. */
  stop(): void {
    this.#stopped = true;
  }

  #take(bytes: Uint8Array): void {
    if (this.#stopped) return;
    this.#from.pause();
    this.#then(async () => {
      for (const piece of this.#pieces(bytes)) await this.#pass(piece);
      this.#from.resume();
    });
  }

  #then(step: () => void | Promise<void>): void {
    this.#queue = this.#queue.then(async () => {
      if (!this.#stopped) await step();
    });
  }

  async #pass(piece: Uint8Array): Promise<void> {
    const { delay_ms, bytes_per_second } = this.#o.weather();
    let wait_ms = delay_ms === undefined ? 0 : this.#o.chance.between(...delay_ms);
    if (bytes_per_second !== undefined) wait_ms += piece.length / bytes_per_second * 1000;
    if (wait_ms > 0) await new Promise((resolve) => setTimeout(resolve, wait_ms));
    if (this.#stopped || this.#to.destroyed) return;
    if (this.#to.write(piece)) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#to.off("drain", done);
        this.#to.off("close", done);
        resolve();
      };
      this.#to.on("drain", done);
      this.#to.on("close", done);
    });
  }

  *#pieces(bytes: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < bytes.length;) {
      const { piece_bytes } = this.#o.weather();
      const size = piece_bytes === undefined
        ? bytes.length
        : Math.max(1, this.#o.chance.between(...piece_bytes));
      yield bytes.subarray(at, at + size);
      at += size;
    }
  }
}
