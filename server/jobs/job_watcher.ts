/**
 * @module The browser's end of a watched job. One that reads slower than the job writes loses lines,
 * never states: it is told from where to read them over REST.
 */
import type { JobStreamMessage } from "../protocol/job_stream.ts";

/** Above this many bytes on their way, lines and progress are skipped. */
export const BACKLOG_MAX_BYTES = 4 * 1024 * 1024;

/** The part of a socket that a watcher needs. */
export interface WatcherSocket {
  send(text: string): void;
  readonly buffered_bytes: number;
}

export class JobWatcher {
  readonly #socket: WatcherSocket;
  #sent_seq: number;
  #skipping = false;

  constructor(socket: WatcherSocket, after_seq: number) {
    this.#socket = socket;
    this.#sent_seq = after_seq;
  }

  /** Sends a message, or skips it for a slow reader, who hears `resync` before anything else. */
  send(message: JobStreamMessage): void {
    const is_full = this.#socket.buffered_bytes > BACKLOG_MAX_BYTES;
    if (is_full && message.type === "job.progress") return;
    if (is_full && message.type === "log.stream") {
      this.#skipping = true;
      return;
    }
    if (this.#skipping) {
      this.#skipping = false;
      this.#write({ type: "resync", after_seq: this.#sent_seq });
    }
    if (message.type === "log.stream") this.#sent_seq = message.lines.at(-1)!.seq;
    this.#write(message);
  }

  #write(message: JobStreamMessage): void {
    this.#socket.send(JSON.stringify(message));
  }
}
