/** @module The history while it happens: its ticks order what was seen, and may be waited for. */
import { emptyHistory, type History } from "./history.ts";

export class Record {
  readonly history: History = emptyHistory();
  #tick = 0;
  readonly #waiting = new Set<{ tick: number; resolve: () => void }>();

  /** Something was seen. Answers when, in ticks. */
  tick(): number {
    this.#tick++;
    for (const one of this.#waiting) {
      if (this.#tick < one.tick) continue;
      this.#waiting.delete(one);
      one.resolve();
    }
    return this.#tick;
  }

  /** Ends after so many more things were seen, or with the signal. */
  async more(ticks: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const one = { tick: this.#tick + ticks, resolve };
    const give_up = () => resolve();
    this.#waiting.add(one);
    signal.addEventListener("abort", give_up, { once: true });
    await promise;
    signal.removeEventListener("abort", give_up);
    this.#waiting.delete(one);
  }
}
