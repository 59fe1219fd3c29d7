/** @module What stays open longer than a request, by session. In memory only. */

export class HeldSessions {
  readonly #ends = new Map<string, Set<() => void>>();

  /** Calls `end` when {@link end} names the session, unless the returned function is called before. */
  hold(session_id: string, end: () => void): () => void {
    // A wrapper of its own, so that one function can be held twice.
    const own = () => end();
    const ends = this.#ends.get(session_id) ?? new Set();
    this.#ends.set(session_id, ends.add(own));
    return () => {
      ends.delete(own);
      if (ends.size === 0 && this.#ends.get(session_id) === ends) this.#ends.delete(session_id);
    };
  }

  /** Ends everything that these sessions hold open. */
  end(session_ids: Iterable<string>): void {
    for (const id of session_ids) {
      const ends = this.#ends.get(id);
      this.#ends.delete(id);
      for (const end of ends ?? []) end();
    }
  }

  /** The sessions that hold something open. */
  ids(): string[] {
    return [...this.#ends.keys()];
  }
}
