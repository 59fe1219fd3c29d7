import { page } from "fresh";
import { HostFrame } from "../../../components/host/HostFrame.tsx";
import { JobFilters } from "../../../components/job/JobFilters.tsx";
import { JobTable } from "../../../components/job/JobTable.tsx";
import { percentsOf } from "../../../components/job/percents.ts";
import { PagedList } from "../../../components/PagedList.tsx";
import { filledQuery, withDayBounds } from "../../../components/query.ts";
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
        <PagedList
          name="jobs"
          url={url}
          page={{ ...query, total }}
          noun="job"
          none={{ icon: "job", text: "Everything that runs on this host is listed here." }}
        >
          <JobTable
            jobs={jobs}
            now_ms={now_ms}
            percents={data.percents}
            usual={data.usual}
            with_host={false}
          />
        </PagedList>
      </section>
    </HostFrame>
  );
});
