/**
 * @module The deadline to reach the repository. From 0.18 on restic tries a dead server for 15
 * minutes, and it is silent while it opens a large repository: silence alone proves nothing. So
 * after half of the time without output another, small run asks the repository for its config, and
 * only if that gets no answer either the deadline has passed.
 */

/** Whether the repository answered anything at all before the signal was aborted. */
export type AskRepository = (options: { seconds: number; signal: AbortSignal }) => Promise<boolean>;

export class ReachWatch {
  #finished = new AbortController();
  #timer;
  #asking: Promise<void> | undefined;

  /** Starts to watch. Calls `onDeadline` at most once, about `deadline_seconds` from now. */
  constructor(options: { deadline_seconds: number; ask: AskRepository; onDeadline(): void }) {
    const seconds = options.deadline_seconds / 2;
    const { signal } = this.#finished;
    this.#timer = setTimeout(() => {
      this.#asking = options.ask({ seconds, signal }).then((answered) => {
        if (!answered && !signal.aborted) options.onDeadline();
      });
    }, seconds * 1000);
  }

  /** The repository was reached, or the run has ended: watches no longer. Waits for the question. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#finished.abort();
    await this.#asking;
  }
}
