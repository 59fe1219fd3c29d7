/**
 * @module Keeps the page's `data-live` regions current: one event stream, polling when it fails, and
 * an honest note when the server is out of reach. Renders nothing while all is well.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { clockTime, counted, duration } from "../components/format.ts";
import { Icon } from "../components/Icon.tsx";
import { LiveFeed, type LiveState } from "../components/live/live_feed.ts";

export interface LiveRegionsProps {
  /** Only changes of this host matter to the page; null: every change does. */
  host_id: string | null;
  rendered_at_ms: number;
  /**
   * For an answer to a POST that shows secrets: the address that renders the page without them. It
   * takes the place of the form's in the address bar, and the page is never reloaded by itself.
   */
  stands_at?: string | null;
}

/** The note about a lost connection, and the machine behind live pages. */
export default function LiveRegions(
  { host_id, rendered_at_ms, stands_at = null }: LiveRegionsProps,
) {
  const [state, setState] = useState<LiveState>({
    kind: "unknown",
    news_at_ms: rendered_at_ms,
    waiting: 0,
  });
  const [now_ms, setNow] = useState(rendered_at_ms);
  const feed = useRef<LiveFeed>(null);

  useEffect(() => {
    if (stands_at !== null) history.replaceState(null, "", stands_at);
    const live = new LiveFeed({
      host_id,
      href: stands_at,
      may_reload: stands_at === null,
      onState: setState,
    });
    feed.current = live;
    live.start();
    return () => live.stop();
  }, [host_id]);

  useEffect(() => {
    const mark = document.getElementById("live-mark");
    mark?.setAttribute("data-live-state", state.kind);
    mark?.setAttribute("title", `Last news ${clockTime(state.news_at_ms)}`);
    // Bars turn grey and what acts is off while nothing here can be trusted to be current.
    document.documentElement.toggleAttribute("data-stale", state.kind === "lost");
    if (state.kind !== "lost") return;
    for (const button of document.querySelectorAll("[data-live] form [type=submit]")) {
      // The next rendering that arrives takes these off again.
      button.setAttribute("disabled", "");
      button.setAttribute("title", "Not while the connection to the server is lost");
    }
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [state]);

  if (state.waiting > 0) {
    return (
      <p class="updates" role="status">
        <button type="button" class="btn btn-sm" onClick={() => feed.current?.tryNow()}>
          <Icon name="retry" size={14} />
          {counted(state.waiting, "change")}, update
        </button>
      </p>
    );
  }
  if (state.kind !== "lost") return null;
  return (
    <div class="note" data-s="warn" role="status">
      <Icon name="s-warn" />
      <div class="grow">
        <b>The connection to the server is lost.</b> What you see is{" "}
        {duration((now_ms - state.news_at_ms) / 1000)} old, from{" "}
        {clockTime(state.news_at_ms)}. Backups go on without this page.
      </div>
      <div class="actions">
        <button type="button" class="btn btn-sm" onClick={() => feed.current?.tryNow()}>
          <Icon name="retry" size={14} />
          Try now
        </button>
      </div>
    </div>
  );
}
