import { page } from "fresh";
import { HostFrame } from "../../../components/host/HostFrame.tsx";
import { SnapshotFilters } from "../../../components/host/SnapshotFilters.tsx";
import { SnapshotTimeline } from "../../../components/host/SnapshotTimeline.tsx";
import { SnapshotTable } from "../../../components/host/SnapshotTable.tsx";
import { PagedList } from "../../../components/PagedList.tsx";
import { filledQuery, withDayBounds } from "../../../components/query.ts";
import { ListSnapshotsQuery } from "../../../server/protocol/rest.ts";
import { define } from "../../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services } = ctx.state;
    const actor = ctx.state.actor!;
    const host = services.hosts.get(actor, ctx.params["id"]!);
    const query = ListSnapshotsQuery.parse(withDayBounds(filledQuery(ctx.url)));
    const { items, total } = services.snapshots.list(actor, host.id, query);
    const timeline = services.snapshots.timeline(actor, host.id);
    return page({
      timeline,
      host,
      snapshots: items,
      total,
      query,
      now_ms: services.clock.now_ms(),
    });
  },
});

function pickedBy({ since, until }: ListSnapshotsQuery) {
  if (since === undefined && until === undefined) return undefined;
  return {
    since_ms: since === undefined ? 0 : Date.parse(since),
    until_ms: until === undefined ? Infinity : Date.parse(until),
  };
}

export default define.page<typeof handler>(function SnapshotsPage({ data, state, url }) {
  const { host, snapshots, query, total, now_ms } = data;
  return (
    <HostFrame
      host={host}
      tab="Snapshots"
      actor={state.actor!}
      csrf_token={state.csrf_token}
      now_ms={now_ms}
      url={url}
    >
      <section class="card clipcard" aria-label={`Snapshots of ${host.name}`}>
        <div class="empty:hidden" data-live="timeline">
          <SnapshotTimeline
            points={data.timeline}
            total={host.snapshot_count}
            picked={pickedBy(query)}
          />
        </div>
        <SnapshotFilters url={url} />
        <PagedList
          name="snapshots"
          url={url}
          page={{ ...query, total }}
          noun="snapshot"
          none={{
            icon: "restore",
            text: host.repository_initialised_at === null
              ? "The repository is not initialised yet."
              : "The first backup makes the first snapshot.",
          }}
        >
          <SnapshotTable snapshots={snapshots} now_ms={now_ms} />
        </PagedList>
      </section>
    </HostFrame>
  );
});
