import { page } from "fresh";
import { Head } from "fresh/runtime";
import { Page } from "../../../components/Page.tsx";
import { shortId } from "../../../components/format.ts";
import { CommandCard } from "../../../components/job/CommandCard.tsx";
import { commandLine } from "../../../components/job/command_line.ts";
import { isFinalStatus } from "../../../components/job/job_view.ts";
import JobLive from "../../../islands/JobLive.tsx";
import { can } from "../../../server/auth/permissions.ts";
import { AppError } from "../../../server/errors.ts";
import { readForm } from "../../../server/http/form.ts";
import { paths } from "../../../server/protocol/paths.ts";
import { define } from "../../../server/state.ts";

/** Lines that the page holds before its script runs; older ones come when they are scrolled to. */
const FIRST_LINES = 200;
/** How often a browser without script asks again; long enough to answer the question of a cancel. */
const REFRESH_SECONDS = 10;

export const handler = define.handlers({
  GET(ctx) {
    const { services } = ctx.state;
    const actor = ctx.state.actor!;
    const job = services.jobs.get(actor, ctx.params["id"]!);
    const host = services.hosts.get(actor, job.host_id);
    const after_seq = Math.max(0, job.log_lines - FIRST_LINES);
    const { lines } = services.jobs.logs(actor, job.id, after_seq, FIRST_LINES);
    const latest = services.jobs.latest(job.id);
    const repository = services.repositories.forHost(actor, job.host_id)!;
    return page({
      command: commandLine(job, { repository, os: host.os }),
      job,
      lines,
      progress: latest?.progress ?? null,
      news_at_ms: latest?.news_at_ms ?? null,
      moved_at_ms: job.status === "running" ? services.jobs.movedAt(job) : null,
      now_ms: services.clock.now_ms(),
      usual_seconds: services.jobs.usualTimes(actor, [job.host_id]).of(job) ?? null,
      agent_away: host.status === "offline",
      rights: {
        cancel: can(actor, "job.cancel"),
        start: can(actor, "job.start"),
        initialise: can(actor, "repository.initialise"),
      },
    });
  },
  async POST(ctx) {
    const form = await readForm(ctx);
    if (form.get("action") !== "cancel") {
      throw new AppError("bad_request", "A job can only be cancelled", { field: "action" });
    }
    ctx.state.services.jobs.cancel(ctx.state.actor!, ctx.params["id"]!);
    return ctx.redirect(paths.job(ctx.params["id"]!), 303);
  },
});

export default define.page<typeof handler>(function JobPage({ data, state, url }) {
  const { command, ...live } = data;
  return (
    <Page
      crumbs={[{ label: "Jobs", href: paths.jobs() }, { label: shortId(data.job.id) }]}
      title={`Job of ${data.job.host_name}`}
      csrf_token={state.csrf_token}
      now_ms={data.now_ms}
      here={url.pathname}
      live="own"
    >
      {isFinalStatus(data.job.status) ? null : (
        <Head>
          <noscript>
            <meta http-equiv="refresh" content={String(REFRESH_SECONDS)} />
          </noscript>
        </Head>
      )}
      <JobLive {...live} csrf={state.csrf_token} />
      {command && <CommandCard command={command} />}
    </Page>
  );
});
