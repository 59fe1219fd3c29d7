/** @module Server-sent events of the fleet's changes, one stream per open page, bounded per session. */
import { AppError } from "../errors.ts";
import type { Change } from "./change.ts";

/** Most streams of one session: a browser with more pages open than this polls. */
export const STREAMS_PER_SESSION_MAX = 20;
/** Proxies close what is silent for 30 to 60 s. */
const PING_EVERY_MS = 20_000;
/** A client so many bytes behind reads no more; it connects again and reloads. */
const BACKLOG_MAX_BYTES = 1024 * 1024;

/** Where changes come from. */
export interface ChangeSource {
  subscribe(sink: (change: Change) => void): () => void;
}

export class EventStreams {
  readonly #events: ChangeSource;
  readonly #open = new Map<string, number>();
  readonly #enders = new Set<() => void>();

  constructor(events: ChangeSource) {
    this.#events = events;
  }

  /**
   * The stream of one page. `hold` gets what ends it when its session is over, and answers how to
   * let go. @throws {AppError} rate_limited if the session has too many open
   */
  open(
    session_id: string,
    hold: (end: () => void) => () => void,
  ): ReadableStream<Uint8Array<ArrayBuffer>> {
    const count = this.#open.get(session_id) ?? 0;
    if (count >= STREAMS_PER_SESSION_MAX) {
      throw new AppError("rate_limited", "Too many pages of this session are open", {
        hint: "Close some of them",
        retry_after_seconds: 30,
      });
    }
    this.#open.set(session_id, count + 1);
    const encoder = new TextEncoder();
    let release = () => {};
    return new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => {
        const send = (text: string) => {
          controller.enqueue(encoder.encode(text));
          if ((controller.desiredSize ?? 0) < -BACKLOG_MAX_BYTES) end();
        };
        const end = () => {
          release();
          controller.close();
        };
        let letGo = () => {};
        const unsubscribe = this.#events.subscribe((change) => send(changed(change)));
        const ping = setInterval(() => send(": ping\n\n"), PING_EVERY_MS);
        this.#enders.add(end);
        release = () => {
          unsubscribe();
          clearInterval(ping);
          letGo();
          if (this.#enders.delete(end)) this.#release(session_id);
        };
        send("retry: 3000\n\n");
        letGo = hold(end);
      },
      cancel: () => release(),
    }, new ByteLengthQueuingStrategy({ highWaterMark: 0 }));
  }

  /** Ends every stream: the server shuts down. */
  endAll(): void {
    for (const end of [...this.#enders]) end();
  }

  /** How many streams are open. */
  get size(): number {
    return this.#enders.size;
  }

  #release(session_id: string): void {
    const left = (this.#open.get(session_id) ?? 1) - 1;
    if (left > 0) this.#open.set(session_id, left);
    else this.#open.delete(session_id);
  }
}

function changed(change: Change): string {
  return `event: changed\ndata: ${JSON.stringify(change)}\n\n`;
}
