import { page } from "fresh";
import { HostBanner } from "../../../components/host/HostBanner.tsx";
import { hostCauses } from "../../../components/host/host_causes.ts";
import { HostCharts } from "../../../components/host/HostCharts.tsx";
import { HostFacts } from "../../../components/host/HostFacts.tsx";
import { HostFrame } from "../../../components/host/HostFrame.tsx";
import { HostRail } from "../../../components/host/HostRail.tsx";
import { RecentJobs } from "../../../components/host/RecentJobs.tsx";
import { WaitingCard } from "../../../components/host/WaitingCard.tsx";
import { percentsOf } from "../../../components/job/percents.ts";
import { PauseNote } from "../../../components/schedule/ScheduleNotes.tsx";
import { can } from "../../../server/auth/permissions.ts";
import { readForm } from "../../../server/http/form.ts";
import { startRequest } from "../../../server/http/host_forms.ts";
import type { Job } from "../../../server/protocol/entities.ts";
import { paths } from "../../../server/protocol/paths.ts";
import { define } from "../../../server/state.ts";

const RECENT_JOBS = 6;
const CHART_RUNS = 30;

export const handler = define.handlers({
  GET(ctx) {
    const { services } = ctx.state;
    const actor = ctx.state.actor!;
    const host = services.hosts.get(actor, ctx.params["id"]!);
    const { recent, backups, open } = services.jobs.shownOfHost(actor, host.id, {
      recent: RECENT_JOBS,
      backups: CHART_RUNS,
    });
    const counts = services.jobs.counts(actor, { host_id: host.id });
    const schedules = services.schedules.ofHost(actor, host);
    return page({
      host,
      repository: services.repositories.forHost(actor, host.id),
      jobs: recent,
      total_jobs: [...counts.values()].reduce((sum, n) => sum + n, 0),
      backups: endedBackups(backups),
      waiting: host.status === "offline" ? open.filter(({ status }) => status !== "running") : [],
      strip: services.fleet.strip(host.id, open),
      schedules,
      last_jobs: services.jobs.lastOfSchedules(actor, schedules.map(({ id }) => id)),
      usual: services.jobs.usualTimes(actor, [host.id]),
      percents: percentsOf(recent, (id) => services.jobs.latest(id)?.progress),
      now_ms: services.clock.now_ms(),
    });
  },
  async POST(ctx) {
    const { jobs } = ctx.state.services;
    const actor = ctx.state.actor!;
    const form = await readForm(ctx);
    const job_id = form.get("job_id");
    const retried = typeof job_id === "string" ? jobs.get(actor, job_id) : undefined;
    const job = jobs.start(actor, ctx.params["id"]!, startRequest(form, retried));
    return ctx.redirect(paths.job(job.id), 303);
  },
});

/** Oldest first; one that was cancelled says nothing of the host. */
function endedBackups(newest_first: Job[]): Job[] {
  return newest_first.filter(({ status, finished_at }) =>
    finished_at !== null && status !== "cancelled"
  ).reverse();
}

export default define.page<typeof handler>(function HostPage({ data, state, url }) {
  const { host, repository, jobs, now_ms } = data;
  // What waits for a host that is away has its own list, and says nothing of how the host is.
  const waits = new Set(data.waiting.map((job) => job.id));
  const last_job = jobs.find((job) => !waits.has(job.id));
  const causes = hostCauses({ host, repository, last_job, now_ms });
  return (
    <HostFrame
      host={host}
      tab="Overview"
      actor={state.actor!}
      csrf_token={state.csrf_token}
      now_ms={now_ms}
      url={url}
    >
      <HostBanner causes={causes} host_id={host.id} />
      <div class="stack empty:hidden" data-live="host-pause">
        <PauseNote
          host={host}
          may_pause={can(state.actor!, "host.pause")}
          csrf_token={state.csrf_token}
          now_ms={now_ms}
        />
      </div>
      <div class="split [--rail:312px]">
        <div class="stack gap-5">
          <HostFacts host={host} strip={data.strip} now_ms={now_ms} />
          <HostCharts backups={data.backups} now_ms={now_ms} />
          <WaitingCard
            host_name={host.name}
            jobs={data.waiting}
            may_cancel={can(state.actor!, "job.cancel")}
            csrf_token={state.csrf_token}
            now_ms={now_ms}
          />
          <RecentJobs
            host_id={host.id}
            jobs={jobs.filter((job) => !waits.has(job.id))}
            total={data.total_jobs}
            percents={data.percents}
            usual={data.usual}
            now_ms={now_ms}
          />
        </div>
        <HostRail
          host={host}
          schedules={data.schedules}
          last_jobs={data.last_jobs}
          may_edit={can(state.actor!, "schedule.edit")}
          repository={repository}
          last_job={last_job}
          now_ms={now_ms}
        />
      </div>
    </HostFrame>
  );
});
