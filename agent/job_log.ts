/** @module The log of one running job: numbered, cut, batched, and bounded. */
import type { LogLine, LogStream } from "../server/protocol/entities.ts";
import {
  JOB_LOG_QUOTA_BYTES,
  LOG_BATCH_MAX_LINES,
  LOG_LINE_MAX_CHARS,
  LOG_LINE_OVERHEAD_BYTES,
} from "../server/protocol/limits.ts";
import { iso, type Timing } from "./timing.ts";

/**
 * So late that a busy job fills a batch, so soon that who watches it sees it move: Deno's WebSocket
 * leaves Nagle's algorithm on, so that a frame over 1 KiB may wait 40 ms more for the peer's TCP.
 */
const BATCH_MAX_MS = 25;
/** Far under a frame's limit even when every character needs escaping. */
const BATCH_MAX_CHARS = 128 * 1024;

export interface JobLogOptions {
  timing: Timing;
  write(lines: LogLine[]): void;
  /** Lines could not be written and are lost; told once until one can be written again. */
  onTrouble(error: unknown): void;
  quota_bytes?: number;
}

export class JobLog {
  readonly #o: JobLogOptions;
  readonly #closed = new AbortController();
  #batch: LogLine[] = [];
  #batch_chars = 0;
  #seq = 0;
  #bytes = 0;
  #over_quota = 0;
  #lost = 0;

  constructor(options: JobLogOptions) {
    this.#o = options;
  }

  /** The highest sequence number given. */
  get lines(): number {
    return this.#seq;
  }

  add(stream: LogStream, text: string): void {
    const payload = cut(text);
    this.#bytes += payload.length + LOG_LINE_OVERHEAD_BYTES;
    if (this.#bytes > (this.#o.quota_bytes ?? JOB_LOG_QUOTA_BYTES)) this.#over_quota++;
    else this.#push(stream, payload);
  }

  /** Writes what is left, and how much the quota took. */
  close(): void {
    if (this.#over_quota > 0) {
      const payload = `[${this.#over_quota} more log lines were dropped: the log was too long]`;
      this.#push("event", payload);
    }
    this.flush();
    this.#closed.abort();
  }

  flush(): void {
    if (this.#batch.length === 0) return;
    const lines = this.#batch;
    this.#batch = [];
    this.#batch_chars = 0;
    try {
      if (this.#lost > 0) this.#o.write([lostMarker(this.#lost, lines[0]!)]);
      this.#o.write(lines);
      this.#lost = 0;
    } catch (error) {
      // A log that cannot be kept must not end the backup.
      if (this.#lost === 0) this.#o.onTrouble(error);
      this.#lost += lines.length;
    }
  }

  #push(stream: LogStream, payload: string): void {
    if (this.#batch_chars + payload.length > BATCH_MAX_CHARS) this.flush();
    const ts = iso(this.#o.timing.now_ms());
    this.#batch.push({ seq: ++this.#seq, ts, stream, payload });
    this.#batch_chars += payload.length;
    if (this.#batch.length >= LOG_BATCH_MAX_LINES) this.flush();
    else if (this.#batch.length === 1) this.#flushLater();
  }

  #flushLater(): void {
    void this.#o.timing.sleep(BATCH_MAX_MS, this.#closed.signal).then(() => {
      if (!this.#closed.signal.aborted) this.flush();
    });
  }
}

/** Has the number of the last lost line, so that the log shows no gap without a word. */
function lostMarker(count: number, next: LogLine): LogLine {
  const payload = `[${count} log lines were lost here: this machine could not keep them]`;
  return { ...next, seq: next.seq - 1, stream: "event", payload };
}

function cut(text: string): string {
  if (text.length <= LOG_LINE_MAX_CHARS) return text;
  const marker = ` [${text.length - LOG_LINE_MAX_CHARS} or more characters cut]`;
  return text.slice(0, LOG_LINE_MAX_CHARS - marker.length).toWellFormed() + marker;
}
