import { page } from "fresh";
import { FirstRun } from "../../components/hosts/FirstRun.tsx";
import { FleetVerdict } from "../../components/hosts/FleetVerdict.tsx";
import { HostsCard } from "../../components/hosts/HostsCard.tsx";
import { overviewOf } from "../../components/hosts/overview_query.ts";
import { Page } from "../../components/Page.tsx";
import { frameOf } from "../../components/page_frame.ts";
import { can } from "../../server/auth/permissions.ts";
import { define } from "../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    return page(overviewOf(ctx.state, ctx.url));
  },
});

export default define.page<typeof handler>(function HostsPage({ data, state, url }) {
  const actor = state.actor!;
  const { config, identity } = state.services;
  return (
    <Page crumbs={[{ label: "Hosts" }]} {...frameOf(state, url)}>
      {data.overview.total_hosts === 0
        ? (
          <div class="stack gap-5" data-live="first-run">
            <FirstRun
              can_add={can(actor, "host.add")}
              base_url={config.base_url}
              secret_key_file={config.secret_key_file}
              server_key={identity.fingerprint}
            />
          </div>
        )
        : (
          <>
            <FleetVerdict overview={data.overview} url={url} />
            <HostsCard {...data} url={url} actor={actor} csrf_token={state.csrf_token} />
          </>
        )}
    </Page>
  );
});
