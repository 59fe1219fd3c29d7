/** @module Follows the server's changes and refreshes the page's live regions. Browser only. */
import { paths } from "../../server/protocol/paths.ts";
import { applyPage, hasOtherRegions, readPage } from "./page_refresh.ts";

export interface LiveState {
  kind: "unknown" | "live" | "lost";
  /** When the page was last known to be current. */
  news_at_ms: number;
  /** When the page is read again at the latest. */
  next_try_at_ms: number;
  /** Rows of a list in use that are new, gone or elsewhere on the server. */
  waiting: number;
}

export interface LiveFeedOptions {
  host_id: string | null;
  /** The address that renders this page anew; null: its own. */
  href: string | null;
  /** False for a page that shows what no other request can show again. */
  may_reload: boolean;
  onState: (state: LiveState) => void;
}

const POLL_MS = 10_000;
/** While a bar is on the page, its numbers move without any event. */
const PROGRESS_MS = 3_000;
const AGES_MS = 60_000;
const LEAST_GAP_MS = 1_000;

interface ChangeEventData {
  host_ids?: string[];
}

/** One event stream; a refresh for each change that matters, never two at a time. */
export class LiveFeed {
  readonly #options: LiveFeedOptions;
  #source: EventSource | undefined;
  #stream_open = false;
  #opened_at_ms = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #busy = false;
  #again = false;
  #lost = false;
  #news_at_ms = Date.now();
  #next_at_ms = Date.now();
  #waiting = 0;

  constructor(options: LiveFeedOptions) {
    this.#options = options;
  }

  /** Opens the stream; does nothing in a hidden tab until it is shown. */
  start(): void {
    document.addEventListener("visibilitychange", this.#onVisibility);
    document.addEventListener("pointerout", this.#onPointer);
    if (!document.hidden) this.#open();
  }

  /** Ends the stream and every timer. */
  stop(): void {
    document.removeEventListener("visibilitychange", this.#onVisibility);
    document.removeEventListener("pointerout", this.#onPointer);
    this.#close();
  }

  /** Reads the page at once, and opens the stream again if it is gone. */
  tryNow(): void {
    if (this.#source?.readyState !== EventSource.OPEN) this.#open();
    void this.#refresh();
  }

  #onVisibility = () => {
    if (document.hidden) this.#close();
    else this.tryNow();
  };

  #onPointer = (event: PointerEvent) => {
    const region = (event.target as Element).closest("[data-live]");
    if (region === null || region.contains(event.relatedTarget as Node | null)) return;
    if (this.#waiting > 0) this.#schedule(LEAST_GAP_MS / 2);
  };

  #open(): void {
    this.#close();
    const source = new EventSource(paths.api.events());
    this.#source = source;
    this.#opened_at_ms = Date.now();
    source.onopen = () => {
      this.#stream_open = true;
      void this.#refresh();
    };
    source.onerror = () => {
      this.#stream_open = false;
      if (!this.#lost) void this.#refresh();
    };
    source.addEventListener("changed", (event) => this.#onChange(event as MessageEvent));
    this.#schedule(POLL_MS);
  }

  #close(): void {
    this.#source?.close();
    this.#source = undefined;
    this.#stream_open = false;
    clearTimeout(this.#timer);
  }

  #onChange(event: MessageEvent): void {
    const { host_id } = this.#options;
    const change = JSON.parse(String(event.data)) as ChangeEventData;
    const matters = host_id === null || (change.host_ids ?? []).includes(host_id);
    if (matters) void this.#refresh();
  }

  async #refresh(): Promise<void> {
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    clearTimeout(this.#timer);
    try {
      const page = await readPage(this.#options);
      if (this.#options.may_reload && hasOtherRegions(page)) {
        // Nobody loses an answer half given to a page that grows: it is drawn anew after that.
        if (!isAsking()) return location.reload();
      } else this.#waiting = applyPage(page);
      this.#news_at_ms = Date.now();
      this.#lost = false;
    } catch {
      // Said on the page by the island; the next try comes with the poll.
      this.#lost = true;
    } finally {
      this.#busy = false;
    }
    if (this.#source === undefined) return this.#tell();
    const soon = this.#again && !this.#lost;
    this.#again = false;
    if (!this.#lost && this.#isGivenUp()) this.#open();
    else this.#schedule(soon ? LEAST_GAP_MS : this.#pause());
    this.#tell();
  }

  /** After an answer that was no stream the browser never tries again: we do, with each poll. */
  #isGivenUp(): boolean {
    return this.#source?.readyState === EventSource.CLOSED &&
      Date.now() - this.#opened_at_ms > POLL_MS / 2;
  }

  #pause(): number {
    if (!this.#stream_open) return POLL_MS;
    return document.querySelector("[data-live] [role=progressbar]") === null
      ? AGES_MS
      : PROGRESS_MS;
  }

  #schedule(delay_ms: number): void {
    clearTimeout(this.#timer);
    this.#next_at_ms = Date.now() + delay_ms;
    this.#timer = setTimeout(() => void this.#refresh(), delay_ms);
  }

  #tell(): void {
    this.#options.onState({
      kind: this.#lost ? "lost" : "live",
      news_at_ms: this.#news_at_ms,
      next_try_at_ms: this.#next_at_ms,
      waiting: this.#lost ? 0 : this.#waiting,
    });
  }
}

function isAsking(): boolean {
  return document.querySelector("dialog[open]") !== null;
}
