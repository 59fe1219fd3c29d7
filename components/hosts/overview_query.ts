/** @module Reads the filters of the address and asks the fleet for the hosts they name. */
import type { Overview } from "../../server/fleet/fleet.ts";
import type { UpcomingRun } from "../../server/schedules/schedules.ts";
import { ListHostsQuery } from "../../server/protocol/rest.ts";
import type { State } from "../../server/state.ts";
import { filledQuery } from "../query.ts";

export interface OverviewData {
  overview: Overview;
  /** How many hosts match the filter, on all pages together. */
  matching: number;
  query: { limit: number; offset: number };
  /** What runs next by itself. */
  up_next: UpcomingRun[];
}

const LARGE_FROM = 100;

/** True where the overview shows causes and a map, and the list is under Hosts (ui/DESIGN.md §4). */
export function isLarge({ total_hosts }: Pick<Overview, "total_hosts">): boolean {
  return total_hosts >= LARGE_FROM;
}

/** Up to here a list is shown whole; above, in pages of 50 (ui/DESIGN.md §8). */
const WHOLE_MAX = 100;
const PAGE_ROWS = 50;
const UP_NEXT = 5;

/** The hosts that the address asks for, with all that stands around them. */
export function overviewOf(state: State, url: URL): OverviewData {
  const given = filledQuery(url);
  const { limit, offset, ...asked } = ListHostsQuery.parse(given);
  const filter = {
    ...(asked.q === undefined ? {} : { q: asked.q }),
    ...(asked.state === undefined ? {} : { state: asked.state }),
    ...(asked.tag === undefined ? {} : { tag: asked.tag }),
  };
  const rows = "limit" in given ? limit : PAGE_ROWS;
  const overview = state.services.fleet.overview(state.actor!, {
    ...filter,
    limit: rows,
    offset,
    ...("limit" in given ? {} : { whole_max: WHOLE_MAX }),
  });
  const matching = overview.matching_hosts;
  const is_whole = !("limit" in given) && matching <= WHOLE_MAX;
  const up_next = state.services.schedules.upNext(state.actor!, UP_NEXT);
  return { overview, matching, up_next, query: { limit: is_whole ? WHOLE_MAX : rows, offset } };
}
