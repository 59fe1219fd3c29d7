/** @module The search field of the log: count, next, previous. */
import { useEffect, useRef } from "preact/hooks";
import { count as number } from "../format.ts";
import { Icon } from "../Icon.tsx";

export interface LogSearchProps {
  query: string;
  /** Index of the match that the search stands on; -1 before the first step. */
  at: number;
  count: number;
  onQuery: (query: string) => void;
  onGo: (index: number) => void;
}

/** Enter goes to the next match, Shift-Enter to the previous, Esc clears; `/` focuses the field. */
export function LogSearch({ query, at, count, onQuery, onGo }: LogSearchProps) {
  const previous = at < 0 ? count - 1 : at - 1;
  const input = useRef<HTMLInputElement>(null);

  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      const typing = event.target instanceof HTMLElement &&
        /^(input|textarea|select)$/i.test(event.target.tagName);
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.current?.focus();
    }
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "Escape") onQuery("");
    if (event.key === "Enter" && count > 0) {
      event.preventDefault();
      onGo(event.shiftKey ? previous : at + 1);
    }
  }

  return (
    <span class="row row-sm log-search" role="search">
      <label class="inset">
        <span class="vh">Search the log</span>
        <Icon name="search" />
        <input
          ref={input}
          class="input input-sm"
          placeholder="Search"
          value={query}
          onInput={(e) => onQuery(e.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        {query === "" && (
          <span class="end hide-sm">
            <kbd>/</kbd>
          </span>
        )}
      </label>
      {query !== "" && (
        <>
          <span class="meta nowrap" role="status">
            {at < 0 ? `${number(count)} found` : `${number(at + 1)} of ${number(count)}`}
          </span>
          <button
            type="button"
            class="btn btn-sm btn-icon btn-quiet"
            aria-label="Previous match"
            disabled={count === 0}
            onClick={() => onGo(previous)}
          >
            <Icon name="up" size={14} />
          </button>
          <button
            type="button"
            class="btn btn-sm btn-icon btn-quiet"
            aria-label="Next match"
            disabled={count === 0}
            onClick={() => onGo(at + 1)}
          >
            <Icon name="down" size={14} />
          </button>
        </>
      )}
    </span>
  );
}
