/** @module A list with filters in pages: its rows, or why there are none, and the way to the rest. */
import type { ComponentChildren } from "preact";
import { Empty } from "./Card.tsx";
import type { IconName } from "./Icon.tsx";
import { ListFoot } from "./ListFoot.tsx";
import { withQuery } from "./Pager.tsx";
import { filledQuery } from "./query.ts";

export interface PagedListProps {
  /** Names the live region. */
  name: string;
  url: URL;
  page: { offset: number; limit: number; total: number };
  /** One of what is listed, as "job". */
  noun: string;
  /** Stands where nothing is, without any filter. */
  none: { icon: IconName; text: string };
  /** The rows of this page. */
  children: ComponentChildren;
}

/** Follows the server by itself. */
export function PagedList({ name, url, page, noun, none, children }: PagedListProps) {
  const { offset, limit, total } = page;
  return (
    <div data-live={name}>
      {offset < total ? children : <NoRows {...{ url, total, noun, none }} />}
      <ListFoot url={url} offset={offset} limit={limit} total={total} noun={noun} />
    </div>
  );
}

type NoRowsProps = Pick<PagedListProps, "url" | "noun" | "none"> & { total: number };

function NoRows({ url, total, noun, none }: NoRowsProps) {
  if (total > 0) {
    return (
      <Empty icon={none.icon} title="There is nothing on this page">
        <a class="btn btn-sm" href={withQuery(url, {})}>Go to the first page</a>
      </Empty>
    );
  }
  if (isFiltered(url)) {
    return (
      <Empty icon="filter" title={`No ${noun} matches these filters`}>
        <a class="btn btn-sm" href={url.pathname}>Clear the filters</a>
      </Empty>
    );
  }
  return (
    <Empty icon={none.icon} title={`No ${noun}s yet`}>
      <p>{none.text}</p>
    </Empty>
  );
}

/** True if the address asks for less than everything. */
function isFiltered(url: URL): boolean {
  return Object.keys(filledQuery(url)).some((name) => name !== "offset" && name !== "limit");
}
