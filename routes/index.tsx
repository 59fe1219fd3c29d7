import { page } from "fresh";
import { AttentionList } from "../components/hosts/AttentionList.tsx";
import { CausesCard } from "../components/hosts/CausesCard.tsx";
import { FirstRun } from "../components/hosts/FirstRun.tsx";
import { FleetMap } from "../components/hosts/FleetMap.tsx";
import { FleetVerdict } from "../components/hosts/FleetVerdict.tsx";
import { HostsCard } from "../components/hosts/HostsCard.tsx";
import { isLarge, overviewOf } from "../components/hosts/overview_query.ts";
import { RunningCard } from "../components/hosts/RunningCard.tsx";
import { UpNextCard } from "../components/hosts/UpNextCard.tsx";
import { Page } from "../components/Page.tsx";
import { frameOf } from "../components/page_frame.ts";
import { can } from "../server/auth/permissions.ts";
import { define } from "../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    return page(overviewOf(ctx.state, ctx.url));
  },
});

export default define.page<typeof handler>(function OverviewPage({ data, state, url }) {
  const { overview } = data;
  const actor = state.actor!;
  const frame = frameOf(state, url);
  if (overview.total_hosts === 0) {
    const { config, identity } = state.services;
    return (
      <Page crumbs={[{ label: "Overview" }]} {...frame}>
        <div class="stack gap-5" data-live="first-run">
          <FirstRun
            can_add={can(actor, "host.add")}
            base_url={config.base_url}
            secret_key_file={config.secret_key_file}
            server_key={identity.fingerprint}
          />
        </div>
      </Page>
    );
  }
  if (isLarge(overview)) {
    return (
      <Page crumbs={[{ label: "Overview" }]} {...frame}>
        <FleetVerdict overview={overview} url={url} />
        <div class="split reflow rail-400">
          <div class="stack gap-5">
            <FleetMap groups={overview.map} read_only={!can(actor, "job.start")} />
          </div>
          <aside class="rail stack stack-lg" aria-label="Causes and activity">
            <CausesCard
              causes={overview.causes}
              total={overview.attention_total}
              now_ms={overview.now_ms}
            />
            <RunningCard running={overview.running} now_ms={overview.now_ms} />
            <UpNextCard runs={data.up_next} now_ms={overview.now_ms} />
          </aside>
        </div>
      </Page>
    );
  }
  return (
    <Page crumbs={[{ label: "Overview" }]} {...frame}>
      <FleetVerdict overview={overview} url={url} />
      <div class="split reflow rail-296">
        <div class="stack gap-5">
          <AttentionList
            items={overview.attention}
            total={overview.attention_total}
            hosts={overview.hosts}
            actor={actor}
            csrf_token={state.csrf_token}
            now_ms={overview.now_ms}
          />
          <HostsCard {...data} url={url} actor={actor} csrf_token={state.csrf_token} />
        </div>
        <aside class="rail stack stack-lg" aria-label="Activity">
          <RunningCard running={overview.running} now_ms={overview.now_ms} />
          <UpNextCard runs={data.up_next} now_ms={overview.now_ms} />
        </aside>
      </div>
    </Page>
  );
});
