/**
 * @module The log of a job: only the rows on screen are in the page, so that 100,000 lines scroll
 * as well as ten. Drawn on the server with the last lines; the rest comes alive in the browser.
 */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { LogLine } from "../../server/protocol/entities.ts";
import { absolute, counted } from "../format.ts";
import { Icon } from "../Icon.tsx";
import { filterLines, findLines, type LogFilter, textOf } from "./log_lines.ts";
import { evenWindow, ROW_PX, rowsAbove, rowsOfLines, unevenWindow } from "./log_window.ts";
import { LogRow } from "./LogRow.tsx";
import { LogSearch } from "./LogSearch.tsx";

export interface LogViewerProps {
  lines: LogLine[];
  /** Lines of the whole log, as far as it is known. */
  total: number;
  truncated: boolean;
  /** Lines that its limit left out. */
  dropped_lines: number;
  /** When the whole log was removed for its age, and how long after the job's end. */
  removed: { at: string; after_days: number } | null;
  running: boolean;
  download_href: string;
  /** False until the island runs: then every line is drawn and no control that needs script. */
  live: boolean;
  /** Fetches the lines before the first one held; `all` for a search. Undefined if there are none. */
  onOlder: ((all: boolean) => Promise<void>) | undefined;
}

/** Distance from the top, in px, at which older lines are fetched. */
const NEAR_TOP_PX = 400;

/** The log card: filter, search, follow, wrap, copy, download, and the lines. */
export function LogViewer(props: LogViewerProps) {
  const { live, running, onOlder } = props;
  const [filter, setFilter] = useState<LogFilter>("all");
  const [query, setQuery] = useState("");
  const [match, setMatch] = useState(-1);
  const [follow, setFollow] = useState(true);
  const [wrap, setWrap] = useState(false);
  const [copied, setCopied] = useState(false);
  const [view, setView] = useState({ scroll_px: 0, height_px: 480, columns: 120 });
  const list = useRef<HTMLDivElement>(null);
  const scrolled_by_us = useRef(false);
  const before = useRef<{ first_seq: number; filter: LogFilter } | null>(null);

  const stderr_count = useMemo(() => filterLines(props.lines, "stderr").length, [props.lines]);
  const shown = useMemo(() => filterLines(props.lines, filter), [props.lines, filter]);
  const matches = useMemo(() => findLines(shown, query), [shown, query]);
  const above = useMemo(
    () => wrap ? rowsAbove(rowsOfLines(shown.map(textOf), view.columns)) : undefined,
    [shown, wrap, view.columns],
  );
  const at = above === undefined
    ? evenWindow(shown.length, view.scroll_px, view.height_px)
    : unevenWindow(above, view.scroll_px, view.height_px);
  const drawn = live ? at : { start: 0, end: shown.length, before_px: 0, after_px: 0 };

  useEffect(() => {
    const box = list.current;
    if (box === null) return;
    const observer = new ResizeObserver(() => {
      setView((v) => ({ ...v, height_px: box.clientHeight, columns: columnsOf(box) }));
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, []);

  // After new lines: stay at the end while following, or keep the same lines in view otherwise.
  useLayoutEffect(() => {
    const box = list.current;
    if (box === null || !live) return;
    const old = before.current;
    const first_seq = shown[0]?.seq ?? 0;
    before.current = { first_seq, filter };
    if (follow) scrollTo(box.scrollHeight);
    else if (old !== null && old.filter === filter && first_seq < old.first_seq) {
      const added = shown.findIndex((line) => line.seq >= old.first_seq);
      scrollTo(box.scrollTop + (above ? above[added]! : added) * ROW_PX);
    }
  }, [shown, follow, live, wrap, view.columns]);

  function scrollTo(px: number) {
    const box = list.current!;
    const was_px = box.scrollTop;
    box.scrollTop = px;
    scrolled_by_us.current = box.scrollTop !== was_px;
    setView((v) => ({ ...v, scroll_px: box.scrollTop }));
  }

  function onScroll() {
    const box = list.current!;
    const at_end = box.scrollHeight - box.scrollTop - box.clientHeight < ROW_PX;
    if (!scrolled_by_us.current && box.scrollTop < view.scroll_px) setFollow(false);
    else if (at_end && running) setFollow(true);
    scrolled_by_us.current = false;
    setView((v) => ({ ...v, scroll_px: box.scrollTop }));
    if (box.scrollTop < NEAR_TOP_PX && onOlder !== undefined) void onOlder(false);
  }

  function search(wanted: string) {
    setQuery(wanted);
    setMatch(-1);
    if (wanted !== "") {
      setFollow(false);
      if (onOlder !== undefined) void onOlder(true);
    }
  }

  function goTo(index: number) {
    const next = (index + matches.length) % matches.length;
    const line = matches[next]!;
    setMatch(next);
    setFollow(false);
    scrollTo((above ? above[line]! : line) * ROW_PX - view.height_px / 2);
  }

  async function copy() {
    await navigator.clipboard.writeText(
      shown.map((line) => `${line.ts} ${line.stream} ${textOf(line)}`).join("\n") + "\n",
    );
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  }

  return (
    <section class="card clipcard" aria-labelledby="log-title">
      <header class="card-head log-head flex-wrap">
        <h2 id="log-title">Log</h2>
        <span class="meta">
          {props.total === 0 || props.removed !== null ? "no lines" : counted(props.total, "line")}
        </span>
        <span class="actions flex-wrap">
          {live && props.removed === null && (
            <>
              <span class="seg seg-sm" role="group" aria-label="Show">
                <button
                  type="button"
                  aria-pressed={filter === "all"}
                  onClick={() => setFilter("all")}
                >
                  All
                </button>
                <button
                  type="button"
                  aria-pressed={filter === "stderr"}
                  onClick={() => {
                    setFilter("stderr");
                    if (onOlder !== undefined) void onOlder(true);
                  }}
                >
                  Warnings
                  {stderr_count > 0 && <span class="count" data-s="warn">{stderr_count}</span>}
                </button>
              </span>
              <LogSearch
                query={query}
                at={match}
                count={matches.length}
                onQuery={search}
                onGo={goTo}
              />
              <label class="row gap-1.5 text-xs">
                <input
                  type="checkbox"
                  class="switch"
                  role="switch"
                  checked={wrap}
                  onChange={(e) => setWrap(e.currentTarget.checked)}
                />
                Wrap
              </label>
              {running && (
                <label class="row gap-1.5 text-xs">
                  <input
                    type="checkbox"
                    class="switch"
                    role="switch"
                    checked={follow}
                    onChange={(e) => setFollow(e.currentTarget.checked)}
                  />
                  Follow
                </label>
              )}
              <button type="button" class="btn btn-sm" onClick={() => void copy()}>
                <Icon name="copy" size={14} />
                <span aria-live="polite">{copied ? "Copied" : "Copy"}</span>
              </button>
            </>
          )}
          {props.removed === null && (
            <a
              class="btn btn-sm btn-icon"
              href={props.download_href}
              aria-label="Download the log"
              title="Download the log"
            >
              <Icon name="download" size={14} />
            </a>
          )}
        </span>
      </header>
      {props.truncated && (
        <p class="card-foot border-t-0" data-s="warn">
          {props.dropped_lines === 0
            ? "The log was longer than its limit: some lines in it were left out."
            : `The log was longer than its limit: ${
              counted(props.dropped_lines, "line")
            } left out.`}
        </p>
      )}
      <div
        ref={list}
        class={`log log-box ${wrap ? "log-wrap" : ""}`}
        role="log"
        aria-live="off"
        aria-label="Job log"
        tabIndex={0}
        onScroll={live ? onScroll : undefined}
      >
        {shown.length === 0 ? <p class="px-4 text-ink-3">{emptyText(props, filter)}</p> : (
          <>
            {live && <Gap px={drawn.before_px} />}
            <ol class="log-rows">
              {shown.slice(drawn.start, drawn.end).map((line, i) => {
                const index = drawn.start + i;
                const is_match = matches.length > 0 && matches[match] === index;
                return (
                  <LogRow
                    key={line.seq}
                    line={line}
                    text={textOf(line)}
                    query={query}
                    current={is_match}
                  />
                );
              })}
            </ol>
            {live && <Gap px={drawn.after_px} />}
          </>
        )}
      </div>
    </section>
  );
}

/** Empty space in place of rows. Only drawn in the browser: a style in the HTML is barred by policy. */
function Gap({ px }: { px: number }) {
  return <div style={{ height: `${px}px` }} />;
}

function columnsOf(box: HTMLElement): number {
  const text = box.querySelector<HTMLElement>(".log-text");
  const probe = box.querySelector<HTMLElement>("time");
  if (text === null || probe === null) return 120;
  // The time is eight characters of the same font: a ruler that is always there.
  const range = document.createRange();
  range.selectNodeContents(probe);
  const char_px = range.getBoundingClientRect().width / 8;
  return char_px > 0 ? Math.max(10, Math.floor(text.clientWidth / char_px)) : 120;
}

function emptyText({ removed, running }: LogViewerProps, filter: LogFilter): string {
  if (removed !== null) {
    const after = counted(removed.after_days, "day");
    const day = absolute(Date.parse(removed.at)).split(",", 1)[0];
    return `The log was removed on ${day}, ${after} after the job ended.`;
  }
  if (filter === "stderr") return "No warnings.";
  return running ? "No lines yet." : "This job wrote no log.";
}
