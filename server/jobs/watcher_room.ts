/** @module What all watching tabs may cost together: how many of one session, and bytes on their way. */
import { AppError } from "../errors.ts";

/** Job pages of one session that may be open at once: ten in a browser is more than anybody reads. */
export const WATCHERS_PER_SESSION_MAX = 10;
/** Bytes that wait for all tabs together. Beyond it each may have but little. */
export const BACKLOG_TOTAL_BYTES = 64 * 1024 * 1024;
/** What a tab may always have: one that reads keeps being served when others do not. */
const ALWAYS_BYTES = 256 * 1024;

interface Backlog {
  readonly buffered_bytes: number;
}

export class WatcherRoom {
  readonly #by_session = new Map<string, number>();
  /** What waited for each when it was last looked at. */
  readonly #known_bytes = new Map<Backlog, number>();
  #total_bytes = 0;

  /**
   * Takes a place for one more tab of a session; the answered function gives it back.
   * @throws {AppError} rate_limited when the session has ten
   */
  take(session_id: string): () => void {
    const count = this.#by_session.get(session_id) ?? 0;
    if (count >= WATCHERS_PER_SESSION_MAX) {
      throw new AppError("rate_limited", "Too many job pages of this session are open", {
        hint: "Close some of them",
        retry_after_seconds: 30,
      });
    }
    this.#by_session.set(session_id, count + 1);
    let taken = true;
    return () => {
      if (!taken) return;
      taken = false;
      const left = this.#by_session.get(session_id)! - 1;
      if (left > 0) this.#by_session.set(session_id, left);
      else this.#by_session.delete(session_id);
    };
  }

  enter(socket: Backlog): void {
    this.#known_bytes.set(socket, 0);
  }

  leave(socket: Backlog): void {
    this.#total_bytes -= this.#known_bytes.get(socket) ?? 0;
    this.#known_bytes.delete(socket);
  }

  /** What waits for all tabs together now, in bytes. */
  get buffered_bytes(): number {
    for (const one of this.#known_bytes.keys()) this.#know(one);
    return this.#total_bytes;
  }

  /** Whether a tab may have so many bytes on their way. */
  fits(socket: Backlog, bytes: number): boolean {
    this.#know(socket, bytes);
    if (this.#total_bytes > BACKLOG_TOTAL_BYTES) {
      for (const one of this.#known_bytes.keys()) if (one !== socket) this.#know(one);
    }
    if (this.#total_bytes <= BACKLOG_TOTAL_BYTES || bytes <= ALWAYS_BYTES) return true;
    this.#know(socket);
    return false;
  }

  #know(socket: Backlog, bytes = socket.buffered_bytes): void {
    this.#total_bytes += bytes - (this.#known_bytes.get(socket) ?? 0);
    this.#known_bytes.set(socket, bytes);
  }
}
