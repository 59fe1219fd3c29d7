import { page } from "fresh";
import { count } from "../../components/format.ts";
import { JobFilters } from "../../components/job/JobFilters.tsx";
import { JobTable } from "../../components/job/JobTable.tsx";
import { percentsOf } from "../../components/job/percents.ts";
import { Page, PageHead } from "../../components/Page.tsx";
import { PagedList } from "../../components/PagedList.tsx";
import { filledQuery, withDayBounds } from "../../components/query.ts";
import { ListJobsQuery } from "../../server/protocol/rest.ts";
import { define } from "../../server/state.ts";

/** Hosts offered by name in the filter; with more, a host's own page leads to its jobs. */
const HOSTS_OFFERED = 200;

export const handler = define.handlers({
  GET(ctx) {
    const { services } = ctx.state;
    const actor = ctx.state.actor!;
    const query = ListJobsQuery.parse(withDayBounds(filledQuery(ctx.url)));
    const { items, total } = services.jobs.list(actor, query);
    const hosts = services.hosts.survey(actor).all.slice(0, HOSTS_OFFERED);
    const { running, queued } = services.fleet.counts(actor);
    return page({
      jobs: items,
      total,
      query,
      counts: services.jobs.counts(actor, query),
      hosts: hosts.map(({ id, name }) => ({ id, name })),
      running,
      queued,
      usual: services.jobs.usualTimes(actor, items.map((job) => job.host_id)),
      percents: percentsOf(items, (id) => services.jobs.latest(id)?.progress),
      now_ms: services.clock.now_ms(),
    });
  },
});

export default define.page<typeof handler>(function JobsPage({ data, state, url }) {
  const { jobs, total, query, now_ms } = data;
  return (
    <Page
      crumbs={[{ label: "Jobs" }]}
      csrf_token={state.csrf_token}
      now_ms={now_ms}
      here={url.pathname + url.search}
    >
      <div data-live="jobs-head">
        <PageHead title="Jobs" sub={inHand(data.running, data.queued)} />
      </div>
      <section class="card clipcard" aria-label="Jobs">
        <JobFilters url={url} counts={data.counts} hosts={data.hosts} />
        <PagedList
          name="jobs"
          url={url}
          page={{ ...query, total }}
          noun="job"
          none={{ icon: "job", text: "A job starts when you press Run now on a host." }}
        >
          <JobTable
            jobs={jobs}
            now_ms={now_ms}
            percents={data.percents}
            usual={data.usual}
            with_host
          />
        </PagedList>
      </section>
    </Page>
  );
});

function inHand(running: number, queued: number): string {
  if (running === 0 && queued === 0) return "Nothing is running and nothing waits.";
  return `${count(running)} running, ${count(queued)} waiting.`;
}
