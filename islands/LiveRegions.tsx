/**
 * @module Keeps the page's `data-live` regions current: one event stream, polling when it fails, and
 * an honest note when the server is out of reach. Renders nothing while all is well.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { counted } from "../components/format.ts";
import { Icon } from "../components/Icon.tsx";
import { LiveFeed, type LiveState } from "../components/live/live_feed.ts";
import { LostNote, useContact } from "../components/live/Lost.tsx";

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
    next_try_at_ms: rendered_at_ms,
    waiting: 0,
  });
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
    showOpenTab();
    return () => live.stop();
  }, [host_id]);

  useContact(state);

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
  return <LostNote {...state} onTry={() => feed.current?.tryNow()} />;
}

/** On a phone the tabs are wider than the page: the open one comes into view, and nothing else moves. */
function showOpenTab(): void {
  const tab = document.querySelector<HTMLElement>(".tabs > [aria-current]");
  const tabs = tab?.parentElement;
  if (tab == null || tabs == null) return;
  const hidden_px = tab.offsetLeft + tab.offsetWidth - tabs.offsetLeft - tabs.clientWidth;
  if (hidden_px > 0) tabs.scrollLeft = hidden_px;
}
