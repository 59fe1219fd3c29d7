/**
 * @module What a page shows while the server is out of reach: how old it is, that it is not live, and
 * which buttons would do nothing. One way for all live pages.
 */
import { useEffect, useState } from "preact/hooks";
import { Note } from "../Card.tsx";
import { clockTime, duration } from "../format.ts";
import { Icon } from "../Icon.tsx";

const REASON = "Not while the connection to the server is lost";
/** On a button that this switched off, with the title that it had. */
const OFF = "data-off-title";

export interface Contact {
  kind: "unknown" | "live" | "lost";
  /** When the page was last known to be current. */
  news_at_ms: number;
}

/** Marks the page as live or lost, and switches what acts off and on. */
export function useContact({ kind, news_at_ms }: Contact): void {
  useEffect(() => {
    const mark = document.getElementById("live-mark");
    mark?.setAttribute("data-live-state", kind);
    mark?.setAttribute("title", `Last news ${clockTime(news_at_ms)}`);
    // Bars turn grey and spinners stand still: nothing here can be trusted to be current.
    document.documentElement.toggleAttribute("data-stale", kind === "lost");
    for (const when of document.querySelectorAll("[data-as-of]")) {
      when.textContent = kind === "lost" ? `as of ${clockTime(news_at_ms)}` : "";
    }
    if (kind === "lost") switchOff();
    else switchOn();
  });
}

function switchOff(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("main button[type=submit]")) {
    if (button.disabled || button.form?.method !== "post") continue;
    button.setAttribute(OFF, button.title);
    button.title = REASON;
    button.disabled = true;
  }
}

function switchOn(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>(`button[${OFF}]`)) {
    button.title = button.getAttribute(OFF)!;
    if (button.title === "") button.removeAttribute("title");
    button.removeAttribute(OFF);
    button.disabled = false;
  }
}

export interface LostNoteProps {
  news_at_ms: number;
  next_try_at_ms: number;
  onTry: () => void;
}

/** The note on top, with the data's age and when the next try comes. */
export function LostNote({ news_at_ms, next_try_at_ms, onTry }: LostNoteProps) {
  const [now_ms, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const wait_seconds = Math.ceil((next_try_at_ms - now_ms) / 1000);
  const age = duration(Math.max(0, (now_ms - news_at_ms) / 1000));
  return (
    <Note
      tone="warn"
      title="The connection to the server is lost."
      actions={
        <button type="button" class="btn btn-sm" onClick={onTry}>
          <Icon name="retry" size={14} />
          Try now
        </button>
      }
    >
      What you see is <span aria-live="off">{age}</span> old, from{" "}
      {clockTime(news_at_ms)}. Backups go on without this page.{" "}
      <span aria-live="off">
        {wait_seconds > 0 ? `Next try in ${duration(wait_seconds)}.` : "Trying now."}
      </span>
    </Note>
  );
}
