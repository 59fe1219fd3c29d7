/** @module Reads the filters of the address and asks the fleet for the hosts they name. */
import type { Overview } from "../../server/fleet/fleet.ts";
import { ListHostsQuery } from "../../server/protocol/rest.ts";
import type { State } from "../../server/state.ts";
import { filledQuery } from "../query.ts";

export interface OverviewData {
  overview: Overview;
  /** How many hosts match the filter, on all pages together. */
  matching: number;
  query: { limit: number; offset: number };
}

/** Up to here a list is shown whole; above, in pages of 50 (ui/DESIGN.md §8). */
const WHOLE_MAX = 100;
const PAGE_ROWS = 50;

/** The hosts that the address asks for, with all that stands around them. */
export function overviewOf(state: State, url: URL): OverviewData {
  const given = filledQuery(url);
  const { limit, offset, ...asked } = ListHostsQuery.parse({ limit: WHOLE_MAX, ...given });
  const filter = {
    ...(asked.q === undefined ? {} : { q: asked.q }),
    ...(asked.state === undefined ? {} : { state: asked.state }),
    ...(asked.tag === undefined ? {} : { tag: asked.tag }),
  };
  const { services } = state;
  const overview = services.fleet.overview(state.actor!, { ...filter, limit, offset });
  const is_filtered = Object.keys(filter).length > 0;
  const matching = is_filtered
    ? services.hosts.list(state.actor!, { ...filter, limit: 1, offset: 0 }).total
    : overview.total_hosts;
  if (matching <= WHOLE_MAX || "limit" in given) {
    return { overview, matching, query: { limit, offset } };
  }
  const hosts = overview.hosts.slice(0, PAGE_ROWS);
  return { overview: { ...overview, hosts }, matching, query: { limit: PAGE_ROWS, offset } };
}
