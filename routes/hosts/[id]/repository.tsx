import { page } from "fresh";
import { ChecksCard } from "../../../components/host/ChecksCard.tsx";
import { HostBanner } from "../../../components/host/HostBanner.tsx";
import { HostFrame } from "../../../components/host/HostFrame.tsx";
import { ReplacedNote } from "../../../components/host/ReplacedNote.tsx";
import { repositoryCauses } from "../../../components/host/repository_causes.ts";
import { RepositoryFigures } from "../../../components/host/RepositoryFigures.tsx";
import { RepositoryGrowth } from "../../../components/host/RepositoryGrowth.tsx";
import { RepositoryRail } from "../../../components/host/RepositoryRail.tsx";
import { can } from "../../../server/auth/permissions.ts";
import { AppError } from "../../../server/errors.ts";
import { setFlash } from "../../../server/http/flash.ts";
import { readForm } from "../../../server/http/form.ts";
import { paths } from "../../../server/protocol/paths.ts";
import { ListJobsQuery, ListSnapshotsQuery } from "../../../server/protocol/rest.ts";
import { define } from "../../../server/state.ts";

const SHOWN_CHECKS = 5;

export const handler = define.handlers({
  GET(ctx) {
    const { services } = ctx.state;
    const actor = ctx.state.actor!;
    const host = services.hosts.get(actor, ctx.params["id"]!);
    const newest = ListSnapshotsQuery.parse({ limit: 1 });
    return page({
      host,
      repository: services.repositories.detail(actor, host.id),
      checks: services.jobs.list(
        actor,
        ListJobsQuery.parse({ host_id: host.id, kind: "check", limit: SHOWN_CHECKS }),
      ).items,
      latest: services.snapshots.list(actor, host.id, newest).items[0],
      now_ms: services.clock.now_ms(),
    });
  },
  async POST(ctx) {
    const { services } = ctx.state;
    const actor = ctx.state.actor!;
    const host = services.hosts.get(actor, ctx.params["id"]!);
    const form = await readForm(ctx);
    const done = (title: string, text: string) => {
      const response = ctx.redirect(paths.hostRepository(host.id), 303);
      setFlash(response.headers, { tone: "ok", title, text }, services.config);
      return response;
    };
    switch (form.get("action")) {
      case "probe":
        services.repositories.probeAgain(actor, host.id);
        return host.status === "offline"
          ? done("Asked", "The host looks at its repository when it is back.")
          : done("Asked", "What the host finds appears here in a moment.");
      case "accept":
        services.repositories.acceptReplacement(actor, host.id);
        return done("Accepted", "The repository that is there now is the host's.");
      default:
        throw new AppError("bad_request", "Say what to do: probe or accept", { field: "action" });
    }
  },
});

export default define.page<typeof handler>(function RepositoryPage({ data, state, url }) {
  const { host, repository, latest, now_ms } = data;
  const actor = state.actor!;
  return (
    <HostFrame
      host={host}
      tab="Repository"
      actor={actor}
      csrf_token={state.csrf_token}
      now_ms={now_ms}
      url={url}
    >
      <ReplacedNote
        repository={repository}
        may_accept={can(actor, "repository.accept")}
        csrf_token={state.csrf_token}
        now_ms={now_ms}
      />
      <HostBanner causes={repositoryCauses(host, repository, now_ms)} host_id={host.id} />
      <div class="split [--rail:340px]">
        <div class="stack gap-5">
          <RepositoryFigures repository={repository} latest={latest} now_ms={now_ms} />
          <RepositoryGrowth days={repository.days} />
          <ChecksCard
            host={host}
            repository={repository}
            checks={data.checks}
            may_run={can(actor, "job.start")}
            csrf_token={state.csrf_token}
            now_ms={now_ms}
          />
        </div>
        <RepositoryRail
          host={host}
          repository={repository}
          rights={{
            probe: can(actor, "repository.probe"),
            edit: can(actor, "credentials.edit"),
            run: can(actor, "job.start"),
          }}
          csrf_token={state.csrf_token}
          now_ms={now_ms}
        />
      </div>
    </HostFrame>
  );
});
