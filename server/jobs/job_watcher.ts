/**
 * @module The browser's end of a watched job. One that reads slower than the job writes loses lines,
 * never states: it is told from where to read them over REST.
 */
import { Buffer } from "node:buffer";
import type { LogLine } from "../protocol/entities.ts";
import type { JobStreamMessage } from "../protocol/job_stream.ts";
import type { WatcherRoom } from "./watcher_room.ts";

/** The most that waits in the server for one tab, in bytes. */
export const BACKLOG_MAX_BYTES = 4 * 1024 * 1024;
/** Lines leave this for states, which are never skipped. */
const STATES_BYTES = 256 * 1024;
/** Lines go in pieces of about this size, so that a reader takes some before the backlog is full. */
const PIECE_CHARS = 64 * 1024;

/** The part of a socket that a watcher needs. */
export interface WatcherSocket {
  send(text: string): void;
  readonly buffered_bytes: number;
}

export class JobWatcher {
  readonly #socket: WatcherSocket;
  readonly #room: WatcherRoom;
  #sent_seq: number;
  #skipping = false;

  constructor(
    socket: WatcherSocket,
    { after_seq, room }: { after_seq: number; room: WatcherRoom },
  ) {
    this.#socket = socket;
    this.#room = room;
    this.#sent_seq = after_seq;
    room.enter(socket);
  }

  /** Sends a message, or skips it for a slow reader, who hears `resync` before anything else. */
  send(message: JobStreamMessage): void {
    if (message.type === "log.stream") {
      for (const lines of pieces(message.lines)) this.#sendLines({ ...message, lines });
    } else if (message.type !== "job.progress") {
      this.#resync();
      this.#socket.send(JSON.stringify(message));
    } else if (!this.#skipping) {
      const text = JSON.stringify(message);
      if (this.#fits(text)) this.#socket.send(text);
    }
  }

  /** The tab is gone. */
  close(): void {
    this.#room.leave(this.#socket);
  }

  #sendLines(message: JobStreamMessage & { type: "log.stream" }): void {
    const text = JSON.stringify(message);
    if (!this.#fits(text)) {
      this.#skipping = true;
      return;
    }
    this.#resync();
    this.#sent_seq = message.lines.at(-1)!.seq;
    this.#socket.send(text);
  }

  #fits(text: string): boolean {
    const bytes = this.#socket.buffered_bytes + Buffer.byteLength(text);
    return bytes <= BACKLOG_MAX_BYTES - STATES_BYTES && this.#room.fits(this.#socket, bytes);
  }

  #resync(): void {
    if (!this.#skipping) return;
    this.#skipping = false;
    this.#socket.send(JSON.stringify(
      { type: "resync", after_seq: this.#sent_seq } satisfies JobStreamMessage,
    ));
  }
}

function* pieces(lines: LogLine[]): Generator<LogLine[]> {
  let piece: LogLine[] = [];
  let chars = 0;
  for (const line of lines) {
    if (piece.length > 0 && chars + line.payload.length > PIECE_CHARS) {
      yield piece;
      piece = [];
      chars = 0;
    }
    piece.push(line);
    chars += line.payload.length;
  }
  if (piece.length > 0) yield piece;
}
