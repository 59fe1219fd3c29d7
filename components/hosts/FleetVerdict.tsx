/** @module The verdict over the fleet: sentence, facts, bar and legend. */
import type { Overview } from "../../server/fleet/fleet.ts";
import { bytes, count, counted } from "../format.ts";
import { paths } from "../../server/protocol/paths.ts";
import { withQuery } from "../Pager.tsx";
import { weekGrowth } from "../StoredTrend.tsx";
import { Verdict } from "../Verdict.tsx";
import { wordOf } from "../vocabulary.ts";
import {
  fleetNews,
  fleetTitle,
  type News,
  nothingNeedsYou,
  STATES_WORST_FIRST,
} from "./fleet_verdict.ts";
import { isLarge } from "./overview_query.ts";

/** The answer about all hosts; each part leads to the hosts it speaks of. */
export function FleetVerdict({ overview, url }: { overview: Overview; url: URL }) {
  const { by_state, jobs_24h } = overview;
  const here = url.searchParams.get("state");
  // In a large fleet the list of hosts has a page of its own.
  const list = isLarge(overview) ? new URL(paths.hosts(), url) : url;
  const hrefOf = (state: string) =>
    withQuery(list, { state: here === state ? undefined : state, q: undefined, tag: undefined });
  return (
    <div data-live="verdict">
      <Verdict
        title={
          <>
            {fleetTitle(overview)}
            {by_state.gaps === 0 ? null : (
              <>
                ,{" "}
                <a class="also" data-s="warn" href={hrefOf("gaps")}>
                  {count(by_state.gaps)} with gaps
                </a>
              </>
            )}
          </>
        }
        sub={
          <NewsLine
            news={fleetNews(overview)}
            quiet={nothingNeedsYou(overview)}
            causes={isLarge(overview) ? overview.causes.length : 0}
            hrefOf={hrefOf}
            paused={by_state.paused}
          />
        }
        facts={[
          {
            label: "Stored",
            value: overview.stored_bytes === 0 ? "none" : bytes(overview.stored_bytes),
            note: overview.snapshots === 0
              ? "no snapshots"
              : weekGrowth(overview.stored_days) ?? counted(overview.snapshots, "snapshot"),
          },
          {
            label: "Last 24 h",
            value: jobs_24h.total === 0 ? "none" : counted(jobs_24h.total, "job"),
            note: jobsNote(jobs_24h),
          },
        ]}
        segments={STATES_WORST_FIRST.map((state) => ({
          kind: state,
          n: by_state[state],
          href: `${hrefOf(state)}#hosts`,
          here: here === state,
        }))}
      />
    </div>
  );
}

interface NewsLineProps {
  news: News[];
  /** No host needs anybody, gaps included. */
  quiet: boolean;
  hrefOf: (state: string) => string;
  paused: number;
  /** What is behind the news of a large fleet; 0 where the hosts themselves are listed. */
  causes: number;
}

function NewsLine({ news, quiet, hrefOf, paused, causes }: NewsLineProps) {
  return (
    <>
      {quiet ? "Nothing needs you." : news.map(({ text, state }, at) => (
        <>
          {at === 0 ? "" : at === news.length - 1 ? " and " : ", "}
          <a class="st" data-s={wordOf(state).tone} href={hrefOf(state)}>{text}</a>
        </>
      ))}
      {news.length === 0 ? "" : "."}
      {causes > 1 && (
        <>
          {" There are "}
          <a class="link" href={`${paths.overview()}#causes-title`}>{`${count(causes)} causes`}</a>.
        </>
      )}
      {paused === 0 ? "" : ` ${count(paused)} paused.`}
    </>
  );
}

function jobsNote(jobs: Overview["jobs_24h"]): string {
  const parts = [`${count(jobs.succeeded)} succeeded`];
  if (jobs.warning > 0) parts.push(`${count(jobs.warning)} with warnings`);
  if (jobs.failed > 0) parts.push(`${count(jobs.failed)} failed`);
  const cancelled = jobs.total - jobs.succeeded - jobs.warning - jobs.failed;
  if (cancelled > 0) parts.push(`${count(cancelled)} cancelled`);
  return jobs.total === 0 ? "no job ended" : parts.join(", ");
}
