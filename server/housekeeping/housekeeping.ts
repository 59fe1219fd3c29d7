/**
 * @module Removes what is older or larger than its limit, beside the server's work: one short step
 * at a time, with longer pauses between them. A stop in the middle loses nothing; the next run goes on.
 */
import type { Database } from "../db/database.ts";
import type { Log } from "../log.ts";
import type { CarefulTime } from "./careful_time.ts";

/**
 * Steps of one kind of work. Each value is one step that was made, in its own transaction. Ages are
 * counted from `now_ms`, and not from the clock, which may be wrong.
 */
export type Chore = (now_ms: number) => Generator<void>;

export interface HousekeepingDeps {
  db: Database;
  log: Log;
  time: Pick<CarefulTime, "now_ms">;
  chores: Record<string, Chore>;
  /** Resolves after so many milliseconds; a timer unless told. */
  pause?: (duration_ms: number) => Promise<void>;
}

/** The pause after a step is this much longer than the step: housekeeping gets a fifth of the time. */
const PAUSE_FACTOR = 4;
const PAUSE_MIN_MS = 2;
/** A step that takes longer than this is worth a line in the log. */
const SLOW_MS = 250;

export class Housekeeping {
  readonly #deps: HousekeepingDeps;
  #running: Promise<void> | undefined;

  constructor(deps: HousekeepingDeps) {
    this.#deps = deps;
  }

  /** Does every chore once, to its end. A run that is under way is not doubled. */
  run(): Promise<void> {
    this.#running ??= this.#run().finally(() => this.#running = undefined);
    return this.#running;
  }

  async #run(): Promise<void> {
    const { db, log, chores, time } = this.#deps;
    if (!db.isOpen) return;
    const now_ms = time.now_ms();
    for (const [name, chore] of Object.entries(chores)) {
      try {
        await this.#do(name, chore(now_ms));
      } catch (error) {
        // A full disk, say: the other chores may be what frees it.
        if (db.isOpen) log.error("housekeeping failed", { chore: name, error });
      }
      if (!db.isOpen) return;
    }
  }

  async #do(name: string, steps: Generator<void>): Promise<void> {
    const { db, log, pause = wait } = this.#deps;
    let count = 0;
    for (;;) {
      if (!db.isOpen) return;
      const began_ms = performance.now();
      const { done } = steps.next();
      const took_ms = performance.now() - began_ms;
      if (took_ms > SLOW_MS) log.warn("a step of housekeeping was slow", { chore: name, took_ms });
      if (done) break;
      count++;
      await pause(Math.max(PAUSE_MIN_MS, took_ms * PAUSE_FACTOR));
    }
    if (count > 0) log.debug("housekeeping done", { chore: name, steps: count });
  }
}

function wait(duration_ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, duration_ms));
}
