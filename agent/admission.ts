/**
 * @module Whether this machine may work for its host. A copied disk has the same jobs, schedules and
 * secrets as its original: until the server says which of them is the host, neither jobs nor locks are
 * touched. A server that cannot be reached must stop no backup, though: after a while it goes without.
 */
import type { AgentLog } from "./log.ts";
import type { Timing } from "./timing.ts";

/** By then a copy has been turned away, if there is a server at all. */
const ALONE_AFTER_SECONDS = 300;

export interface AdmissionOptions {
  timing: Timing;
  log: AgentLog;
  /** How long to wait for the server; five minutes unless told. */
  alone_after_seconds?: number | undefined;
}

export class Admission {
  readonly #o: AdmissionOptions;
  readonly #admitted = Promise.withResolvers<void>();
  #is_turned_away = false;

  constructor(options: AdmissionOptions) {
    this.#o = options;
  }

  /** The server has taken this machine for its host. */
  welcome(): void {
    this.#is_turned_away = false;
    this.#admitted.resolve();
  }

  /** The server has another machine for this host, or does not know this one: only it can admit now. */
  turnAway(): void {
    this.#is_turned_away = true;
  }

  /** Ends with the first welcome, when the server stayed silent for long, or with the signal. */
  async wait(signal: AbortSignal): Promise<void> {
    const { timing, log, alone_after_seconds = ALONE_AFTER_SECONDS } = this.#o;
    const over = new AbortController();
    const waited = timing.sleep(
      alone_after_seconds * 1000,
      AbortSignal.any([signal, over.signal]),
    );
    const admitted = this.#admitted.promise.then(() => true);
    const is_admitted = await Promise.race([admitted, waited.then(() => false)]);
    over.abort();
    if (is_admitted || signal.aborted) return;
    if (this.#is_turned_away) await Promise.race([this.#admitted.promise, aborted(signal)]);
    else log.warn("the server cannot be reached: working without it");
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true })
  );
}
