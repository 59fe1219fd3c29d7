/** @module When the repository is probed: after each config.update, one probe at a time. */
import { messageOf } from "./errors.ts";
import type { AgentLog } from "./log.ts";
import type { RepositoryReports } from "./repository_reports.ts";
import type { Timing } from "./timing.ts";

/** A flapping connection repeats the same config: the answer of a moment ago still holds. */
const REPEAT_AFTER_MS = 60_000;

export interface ProberOptions {
  reports: RepositoryReports;
  /** Whether the snapshots may be listed too. */
  mayList(): boolean;
  timing: Timing;
  log: AgentLog;
}

export class Prober {
  readonly #o: ProberOptions;
  readonly #stopping = new AbortController();
  #wanted = false;
  #last_ms = -Infinity;
  #work: Promise<void> | undefined;

  constructor(options: ProberOptions) {
    this.#o = options;
  }

  /** Probes soon, unless the config is the same as at the last probe, just now. */
  request(changed: boolean): void {
    const now_ms = this.#o.timing.elapsed_ms();
    if (!changed && now_ms - this.#last_ms < REPEAT_AFTER_MS) return;
    this.#wanted = true;
    this.#work ??= this.#run().finally(() => this.#work = undefined);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#work;
  }

  async #run(): Promise<void> {
    while (this.#wanted && !this.#stopping.signal.aborted) {
      this.#wanted = false;
      this.#last_ms = this.#o.timing.elapsed_ms();
      try {
        await this.#o.reports.probe(this.#stopping.signal, this.#o.mayList);
      } catch (error) {
        this.#o.log.error(`cannot probe the repository: ${messageOf(error)}`);
      }
    }
  }
}
