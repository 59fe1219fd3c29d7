import { page } from "fresh";
import { Empty } from "../../../components/Card.tsx";
import { HostFrame } from "../../../components/host/HostFrame.tsx";
import { JobFilters } from "../../../components/job/JobFilters.tsx";
import { JobTable } from "../../../components/job/JobTable.tsx";
import { percentsOf } from "../../../components/job/percents.ts";
import { ListFoot } from "../../../components/ListFoot.tsx";
import { filledQuery, withDayBounds } from "../../../components/query.ts";
import { paths } from "../../../server/protocol/paths.ts";
import { ListJobsQuery } from "../../../server/protocol/rest.ts";
import { define } from "../../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services } = ctx.state;
    const actor = ctx.state.actor!;
    const host = services.hosts.get(actor, ctx.params["id"]!);
    const wanted = withDayBounds(filledQuery(ctx.url));
    const query = ListJobsQuery.parse({ ...wanted, host_id: host.id });
    const { items, total } = services.jobs.list(actor, query);
    return page({
      host,
      jobs: items,
      total,
      query,
      counts: services.jobs.counts(actor, query),
      usual: services.jobs.usualTimes(actor, [host.id]),
      percents: percentsOf(items, (id) => services.jobs.latest(id)?.progress),
      now_ms: services.clock.now_ms(),
    });
  },
});

export default define.page<typeof handler>(function HostJobsPage({ data, state, url }) {
  const { host, jobs, query, total, now_ms } = data;
  const filtered = Object.keys(filledQuery(url)).some((name) => name !== "offset");
  return (
    <HostFrame
      host={host}
      tab="Jobs"
      actor={state.actor!}
      csrf_token={state.csrf_token}
      now_ms={now_ms}
      url={url}
    >
      <section class="card clipcard" aria-label={`Jobs of ${host.name}`}>
        <JobFilters url={url} counts={data.counts} />
        <div data-live="jobs">
          {jobs.length === 0
            ? (
              <Empty icon="job" title={filtered ? "No job matches these filters" : "No jobs yet"}>
                {filtered
                  ? <a class="btn btn-sm" href={paths.hostJobs(host.id)}>Clear the filters</a>
                  : <p>Everything that runs on this host is listed here.</p>}
              </Empty>
            )
            : (
              <JobTable
                jobs={jobs}
                now_ms={now_ms}
                percents={data.percents}
                usual={data.usual}
                with_host={false}
              />
            )}
          <ListFoot
            url={url}
            offset={query.offset}
            limit={query.limit}
            total={total}
            noun="job"
          />
        </div>
      </section>
    </HostFrame>
  );
});
