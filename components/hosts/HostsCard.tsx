/** @module The card with the hosts: filter, table, pages, and what stands there when none matches. */
import { type Actor, can } from "../../server/auth/permissions.ts";
import type { Overview } from "../../server/fleet/fleet.ts";
import { paths } from "../../server/protocol/paths.ts";
import { Empty } from "../Card.tsx";
import { count } from "../format.ts";
import { Icon } from "../Icon.tsx";
import { Pager, withQuery } from "../Pager.tsx";
import { Count } from "../Status.tsx";
import { visibleText } from "../job/visible_text.ts";
import { HostFilter } from "./HostFilter.tsx";
import { HostTable } from "./HostTable.tsx";
import { isLarge } from "./overview_query.ts";

export interface HostsCardProps {
  overview: Overview;
  /** How many hosts match the filter. */
  matching: number;
  query: { limit: number; offset: number };
  url: URL;
  actor: Actor;
  csrf_token: string;
}

/** Hosts of this page, worst first. */
export function HostsCard({ overview, matching, query, url, actor, csrf_token }: HostsCardProps) {
  const is_filtered = ["q", "state", "tag"].some((name) => url.searchParams.get(name));
  const several = matching > query.limit || query.offset > 0;
  return (
    <section class="card clipcard" aria-labelledby="hosts-title" id="hosts">
      <header class="card-head">
        <h2 id="hosts-title">Hosts</h2>
        <span data-live="hosts-count">
          <Count value={count(matching)} />
        </span>
        <span class="actions">
          <HostFilter url={url} wide={isLarge(overview)} />
          {can(actor, "host.add")
            ? (
              <a class="btn btn-sm h-7" href={paths.addHost()}>
                <Icon name="plus" size={14} />
                Add host
              </a>
            )
            : null}
        </span>
      </header>
      <div data-live="hosts">
        {overview.hosts.length === 0
          ? <NoRows url={url} matching={matching} problem={overview.problem} />
          : (
            <HostTable
              hosts={overview.hosts}
              strips={overview.strips}
              running={overview.running}
              actor={actor}
              csrf_token={csrf_token}
              now_ms={overview.now_ms}
            />
          )}
        {overview.hosts.length === 0 || (!several && !is_filtered)
          ? null
          : (
            <footer class="card-foot">
              {several
                ? <Pager url={url} {...query} total={matching} />
                : <a class="link" href={url.pathname}>Show all hosts</a>}
            </footer>
          )}
      </div>
    </section>
  );
}

interface NoRowsProps {
  url: URL;
  matching: number;
  problem: string | undefined;
}

function NoRows({ url, matching, problem }: NoRowsProps) {
  if (matching > 0) {
    return (
      <Empty icon="search" title="There is nothing on this page">
        <a class="btn btn-sm" href={withQuery(url, {})}>Go to the first page</a>
      </Empty>
    );
  }
  return (
    <Empty icon="search" title={problem === undefined ? "No host matches" : "This cannot be asked"}>
      <p class="break mono text-xs">{describe(url)}</p>
      {problem && <p class="break prose" role="alert">{visibleText(problem)}.</p>}
      <a class="btn btn-sm" href={url.pathname}>Clear the filter</a>
    </Empty>
  );
}

function describe(url: URL): string {
  return ["q", "state", "tag"].flatMap((name) => {
    const value = url.searchParams.get(name);
    return value ? [name === "q" ? visibleText(value) : `${name}:${visibleText(value)}`] : [];
  }).join(" ");
}
