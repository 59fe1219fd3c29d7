/**
 * @module Keeps the page's `data-live` regions current: one event stream, polling when it fails, and
 * an honest note when the server is out of reach. Renders nothing while all is well.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { clockTime, duration } from "../components/format.ts";
import { Icon } from "../components/Icon.tsx";
import { LiveFeed, type LiveState } from "../components/live/live_feed.ts";

export interface LiveRegionsProps {
  /** Only changes of this host matter to the page; null: every change does. */
  host_id: string | null;
  rendered_at_ms: number;
}

/** The note about a lost connection, and the machine behind live pages. */
export default function LiveRegions({ host_id, rendered_at_ms }: LiveRegionsProps) {
  const [state, setState] = useState<LiveState>({ kind: "unknown", news_at_ms: rendered_at_ms });
  const [now_ms, setNow] = useState(rendered_at_ms);
  const feed = useRef<LiveFeed>(null);

  useEffect(() => {
    const live = new LiveFeed({ host_id, onState: setState });
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
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [state]);

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
