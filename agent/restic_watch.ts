/** @module Looks for restic while there is none that can be relied on, and says when that changed. */
import { messageOf } from "./errors.ts";
import type { AgentLog } from "./log.ts";
import type { FoundRestic } from "./restic_access.ts";
import type { Timing } from "./timing.ts";

const LOOK_EVERY_MS = 60_000;

export interface ResticWatchOptions {
  find(): Promise<FoundRestic>;
  /** Tells the server, which learns of restic by a hello. */
  onChanged(what: string): void;
  timing: Timing;
  log: AgentLog;
}

export class ResticWatch {
  readonly #o: ResticWatchOptions;
  readonly #stopping = new AbortController();
  #told: FoundRestic | undefined;
  #work: Promise<void> | undefined;

  constructor(options: ResticWatchOptions) {
    this.#o = options;
  }

  /** Finds restic for a hello; if it is missing or too old, it is looked for once a minute. */
  async findForHello(): Promise<FoundRestic> {
    const found = await this.#o.find();
    this.#told = found;
    if (!isGood(found)) this.#work ??= this.#run().finally(() => this.#work = undefined);
    return found;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#work;
  }

  async #run(): Promise<void> {
    const { timing, log } = this.#o;
    const { signal } = this.#stopping;
    while (!signal.aborted && this.#told !== undefined && !isGood(this.#told)) {
      await timing.sleep(LOOK_EVERY_MS, signal);
      if (signal.aborted) return;
      try {
        await this.#look(this.#told);
      } catch (error) {
        log.error(`cannot look for restic: ${messageOf(error)}`);
      }
    }
  }

  async #look(told: FoundRestic): Promise<void> {
    if (isGood(told)) return;
    const found = await this.#o.find();
    if (described(found) === described(told) || this.#told !== told) return;
    this.#o.onChanged("error" in found ? "restic is gone" : `restic ${found.version} was found`);
  }
}

function isGood(restic: FoundRestic): boolean {
  return !("error" in restic) && !restic.below_floor;
}

function described(restic: FoundRestic): string {
  return "error" in restic ? restic.error : `${restic.path} ${restic.version}`;
}
