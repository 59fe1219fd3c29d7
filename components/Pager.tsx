/** @module The links from page to page of a list, and the address of a changed query. */
import { count } from "./format.ts";
import { Icon } from "./Icon.tsx";

/** The same address with some parameters set, or removed where undefined. Starts at the first page. */
export function withQuery(url: URL, changes: Record<string, string | undefined>): string {
  const next = new URLSearchParams(url.search);
  if (!("offset" in changes)) next.delete("offset");
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) next.delete(name);
    else next.set(name, value);
  }
  const query = next.toString();
  return query === "" ? url.pathname : `${url.pathname}?${query}`;
}

export interface PagerProps {
  url: URL;
  offset: number;
  limit: number;
  total: number;
}

/** "51–100 of 1,004" with the pages before and after; nothing where one page holds all. */
export function Pager({ url, offset, limit, total }: PagerProps) {
  if (total <= limit && offset === 0) return null;
  const last = Math.min(offset + limit, total);
  const at = (to: number) => withQuery(url, { offset: to <= 0 ? undefined : String(to) });
  return (
    <nav class="pager grow" aria-label="Pages">
      <span>{`${count(Math.min(offset + 1, total))}–${count(last)} of ${count(total)}`}</span>
      <span class="push row row-sm">
        <PageLink
          href={offset > 0 ? at(offset - limit) : undefined}
          label="Previous page"
          icon="left"
        />
        <PageLink
          href={last < total ? at(offset + limit) : undefined}
          label="Next page"
          icon="right"
        />
      </span>
    </nav>
  );
}

function PageLink(
  { href, label, icon }: { href: string | undefined; label: string; icon: "left" | "right" },
) {
  if (href === undefined) {
    return (
      <span class="btn btn-sm btn-icon" aria-disabled="true" title={label}>
        <Icon name={icon} />
      </span>
    );
  }
  return (
    <a class="btn btn-sm btn-icon" href={href} aria-label={label} title={label}>
      <Icon name={icon} />
    </a>
  );
}
