import { page } from "fresh";
import { count } from "../../components/format.ts";
import { JobFilters } from "../../components/job/JobFilters.tsx";
import { JobTable } from "../../components/job/JobTable.tsx";
import { percentsOf } from "../../components/job/percents.ts";
import { Page, PageHead } from "../../components/Page.tsx";
import { PagedList } from "../../components/PagedList.tsx";
import { filledQuery, withDayBounds } from "../../components/query.ts";
import type { Actor } from "../../server/auth/permissions.ts";
import type { Hosts } from "../../server/hosts/hosts.ts";
import { ListJobsQuery } from "../../server/protocol/rest.ts";
import { define } from "../../server/state.ts";

/** With more hosts than this a list of names is no help: a host's own page leads to its jobs. */
const HOSTS_OFFERED = 200;

export const handler = define.handlers({
  GET(ctx) {
    const { services } = ctx.state;
    const actor = ctx.state.actor!;
    const query = ListJobsQuery.parse(withDayBounds(filledQuery(ctx.url)));
    const { items, total } = services.jobs.list(actor, query);
    const { running, queued } = services.fleet.counts(actor);
    return page({
      jobs: items,
      total,
      query,
      counts: services.jobs.counts(actor, query),
      hosts: hostsToChoose(services.hosts, actor, query.host_id),
      running,
      queued,
      usual: services.jobs.usualTimes(actor, items.map((job) => job.host_id)),
      percents: percentsOf(items, (id) => services.jobs.latest(id)?.progress),
      now_ms: services.clock.now_ms(),
    });
  },
});

/** All by name; of a large fleet the one that is chosen. */
function hostsToChoose(hosts: Hosts, actor: Actor, chosen_id: string | undefined) {
  const all = hosts.names(actor, HOSTS_OFFERED + 1);
  if (all.length <= HOSTS_OFFERED) return all;
  if (chosen_id === undefined) return undefined;
  return hosts.byIds(actor, [chosen_id]).map(({ id, name }) => ({ id, name }));
}

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
        <JobFilters
          url={url}
          counts={data.counts}
          {...(data.hosts === undefined ? {} : { hosts: data.hosts })}
        />
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
