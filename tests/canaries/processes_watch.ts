/** @module Looks for canaries in argv and environment of every process, again and again. */
import type { Canaries, Leak } from "./canaries.ts";

/** What one program may hold in its environment: the names of canaries. */
export type Allowance = (argv: string[]) => string[];

/** Between two looks: restic lives much longer than this. */
const PAUSE_MS = 15;

export class ProcessesWatch {
  readonly #canaries: Canaries;
  readonly #allowed: Allowance;
  readonly #leaks = new Map<string, Leak>();
  readonly #done: Promise<void>;
  #stopped = false;
  /** The programs that were seen, by the last part of their name. */
  readonly programs = new Set<string>();

  constructor(canaries: Canaries, allowed: Allowance) {
    this.#canaries = canaries;
    this.#allowed = allowed;
    this.#done = this.#watch();
  }

  /** Ends the watch; answers every leak once. */
  async stop(): Promise<Leak[]> {
    this.#stopped = true;
    await this.#done;
    return [...this.#leaks.values()];
  }

  async #watch(): Promise<void> {
    while (!this.#stopped) {
      for (const { name } of Deno.readDirSync("/proc")) {
        if (/^\d+$/.test(name)) this.#look(`/proc/${name}`);
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  #look(process: string): void {
    let argv: Uint8Array;
    let environ: Uint8Array;
    try {
      argv = Deno.readFileSync(`${process}/cmdline`);
      environ = Deno.readFileSync(`${process}/environ`);
    } catch {
      return; // It has ended, or is another user's.
    }
    const words = new TextDecoder().decode(argv).split("\0");
    const program = words[0]!.split("/").at(-1)!;
    this.programs.add(program);
    this.#note(this.#canaries.search(`argv of ${program}`, argv));
    this.#note(this.#canaries.search(`environment of ${program}`, environ, this.#allowed(words)));
  }

  #note(leaks: Leak[]): void {
    for (const leak of leaks) this.#leaks.set(`${leak.secret} ${leak.where}`, leak);
  }
}
