/**
 * @module The open command palette: a combobox over a list (ARIA APG), in a modal dialog. Loaded when
 * it is first opened.
 */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { paths } from "../../server/protocol/paths.ts";
import type { PaletteAction } from "../../server/protocol/rest.ts";
import { Note } from "../Card.tsx";
import { counted } from "../format.ts";
import { Icon } from "../Icon.tsx";
import { recentIds } from "../live/recents.ts";
import { sendForm } from "../live/send_form.ts";
import { toast } from "../live/toast.ts";
import { Skeleton } from "../Skeleton.tsx";
import { groupsOf, type PaletteItem } from "./palette_items.ts";
import { PaletteList } from "./PaletteList.tsx";
import { useSearch } from "./use_search.ts";

export interface PalettePanelProps {
  /** What was typed before this was loaded. */
  first_text: string;
  csrf_token: string;
  /** Where to come back to: path and query. */
  here: string;
  onAsk: (action: PaletteAction, send: () => void) => void;
  onClose: () => void;
}

/** The palette, open until it closes itself. */
export function PalettePanel(props: PalettePanelProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState(props.first_text);
  const [scope, setScope] = useState<{ id: string; name: string }>();
  const [at, setAt] = useState(0);
  /** What was pressed before the answer to what is typed came. */
  const waits = useRef<"open" | "narrow" | undefined>(undefined);
  const search = useSearch(text, scope?.id);
  const options = {
    text: search.text,
    now_ms: Date.now(),
    theme: themeOf(),
    scoped: scope !== undefined,
    recent: recentIds(),
  };
  const shown = search.failed ? undefined : search.answer;
  const groups = shown === undefined ? [] : groupsOf(shown, options);
  const items = groups.flatMap((group) => group.items);
  const current = items[Math.min(at, items.length - 1)];

  useLayoutEffect(() => dialog.current?.showModal(), []);
  useEffect(() => setAt(0), [text, scope?.id]);
  useEffect(() => {
    if (search.busy) return;
    const act = waits.current;
    waits.current = undefined;
    if (search.failed || current === undefined) return;
    if (act === "open") perform(current);
    else if (act === "narrow" && current.host !== undefined) narrow(current.host);
  }, [search.busy]);

  function perform(item: PaletteItem, new_tab = false) {
    const { action } = item;
    const href = action?.method === "GET" ? action.href : item.href;
    if (href !== undefined) {
      if (new_tab) open(href, "_blank", "noopener");
      else location.href = href;
      return;
    }
    if (action === undefined) return;
    const is_lost = document.documentElement.hasAttribute("data-stale");
    const reason = is_lost ? "The connection to the server is lost" : action.reason;
    if (reason !== null) {
      return toast({ tone: "warn", title: `${action.label} is off`, text: `${reason}.` });
    }
    const { csrf_token, here } = props;
    const next = action.href === paths.theme() ? { next: here } : {};
    const send = () => sendForm(action.href, { ...action.fields, ...next, _csrf: csrf_token });
    if (action.asks === null) return send();
    dialog.current?.close();
    props.onAsk(action, send);
  }

  function narrow(host: { id: string; name: string } | undefined) {
    setScope(host);
    setText("");
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.isComposing) return;
    const act = keyAct(event);
    if (act === undefined) return;
    event.preventDefault();
    act();
  }

  /** What a key does here; undefined leaves it to the browser. */
  function keyAct(event: KeyboardEvent): (() => void) | undefined {
    const last = items.length - 1;
    switch (event.key) {
      case "ArrowDown":
        return () => setAt(at >= last ? 0 : at + 1);
      case "ArrowUp":
        return () => setAt(at <= 0 ? Math.max(0, last) : at - 1);
      case "Enter":
        if ((event.target as Element).tagName === "BUTTON") return;
        return () => {
          if (search.failed) search.retry();
          else if (search.busy) waits.current = "open";
          else if (current !== undefined) perform(current, event.ctrlKey || event.metaKey);
        };
      case "Tab":
        if (search.failed) return;
        return () => {
          if (event.shiftKey) return scope === undefined ? undefined : narrow(undefined);
          if (search.busy) waits.current = "narrow";
          else if (current?.host !== undefined) narrow(current.host);
        };
      case "Escape":
        return scope === undefined ? undefined : () => narrow(undefined);
      case "Backspace":
        return scope === undefined || text !== "" ? undefined : () => narrow(undefined);
      case "k":
        return event.ctrlKey || event.metaKey ? () => dialog.current?.close() : undefined;
    }
  }

  return (
    <dialog
      class="dialog palette"
      ref={dialog}
      aria-label="Search or run a command"
      onClose={props.onClose}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
      onKeyDown={onKeyDown}
    >
      <div class="palette-in">
        <Icon name="search" />
        {scope === undefined ? null : (
          <span class="tag max-w-full">
            <span class="clip">{scope.name}</span>
          </span>
        )}
        <input
          type="text"
          role="combobox"
          aria-label={scope === undefined ? "Search or run a command" : `Actions of ${scope.name}`}
          aria-expanded={items.length > 0}
          aria-controls="palette-list"
          aria-autocomplete="list"
          aria-activedescendant={current === undefined ? undefined : `palette-${current.key}`}
          placeholder={scope === undefined ? "Host, tag, job, snapshot or command" : "Which action"}
          value={text}
          maxLength={200}
          autofocus
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          onInput={(event) => {
            waits.current = undefined;
            setText(event.currentTarget.value);
          }}
        />
        <button
          type="button"
          class="palette-esc"
          aria-label="Esc, close"
          tabIndex={-1}
          onClick={() => dialog.current?.close()}
        >
          <kbd>Esc</kbd>
        </button>
      </div>
      <p class="vh" role="status">
        {search.busy || search.failed ? "" : counted(items.length, "result")}
      </p>
      {search.failed
        ? (
          <Note
            tone="fail"
            class="m-3"
            title="The search did not answer."
            actions={
              <button type="button" class="btn btn-sm" onClick={search.retry}>
                <Icon name="retry" size={14} />
                Retry
              </button>
            }
          >
            The server is out of reach, or busy. Backups go on without this page.
          </Note>
        )
        : null}
      {shown === undefined && search.busy ? <Skeleton rows={6} label="Searching" /> : null}
      {groups[0]?.title === "Instead"
        ? <p class="palette-none break">Nothing is called “{search.text.trim()}”.</p>
        : null}
      <PaletteList
        groups={groups}
        current={current}
        busy={search.busy}
        onPoint={(item) => setAt(items.indexOf(item))}
        onPick={(item, new_tab) => perform(item, new_tab)}
      />
      <footer class="palette-foot meta" aria-hidden="true">
        <span class="row row-sm">
          <kbd>↑</kbd>
          <kbd>↓</kbd> move
        </span>
        <span class="row row-sm">
          <kbd>↵</kbd> open
        </span>
        {current?.host === undefined ? null : (
          <span class="row row-sm">
            <kbd>Tab</kbd> actions for this host
          </span>
        )}
        <span class="push row row-sm">
          <kbd>&gt;</kbd> commands only
        </span>
      </footer>
    </dialog>
  );
}

function themeOf(): "light" | "dark" {
  const chosen = document.documentElement.dataset["theme"];
  if (chosen === "light" || chosen === "dark") return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}
