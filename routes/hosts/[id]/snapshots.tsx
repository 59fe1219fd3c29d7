import { page } from "fresh";
import { Empty } from "../../../components/Card.tsx";
import { HostFrame } from "../../../components/host/HostFrame.tsx";
import { SnapshotFilters } from "../../../components/host/SnapshotFilters.tsx";
import { SnapshotTable } from "../../../components/host/SnapshotTable.tsx";
import { ListFoot } from "../../../components/ListFoot.tsx";
import { filledQuery, withDayBounds } from "../../../components/query.ts";
import { paths } from "../../../server/protocol/paths.ts";
import { ListSnapshotsQuery } from "../../../server/protocol/rest.ts";
import { define } from "../../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services } = ctx.state;
    const actor = ctx.state.actor!;
    const host = services.hosts.get(actor, ctx.params["id"]!);
    const query = ListSnapshotsQuery.parse(withDayBounds(filledQuery(ctx.url)));
    const { items, total } = services.snapshots.list(actor, host.id, query);
    return page({ host, snapshots: items, total, query, now_ms: services.clock.now_ms() });
  },
});

export default define.page<typeof handler>(function SnapshotsPage({ data, state, url }) {
  const { host, snapshots, query, total, now_ms } = data;
  const filtered = Object.keys(filledQuery(url)).some((name) => name !== "offset");
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
        <SnapshotFilters url={url} />
        <div data-live="snapshots">
          {snapshots.length > 0
            ? <SnapshotTable snapshots={snapshots} now_ms={now_ms} />
            : filtered
            ? (
              <Empty icon="filter" title="No snapshot matches these filters">
                <a class="btn btn-sm" href={paths.hostSnapshots(host.id)}>Clear the filters</a>
              </Empty>
            )
            : (
              <Empty icon="restore" title="No snapshots yet">
                <p>
                  {host.repository_initialised_at === null
                    ? "The repository is not initialised yet."
                    : "The first backup makes the first snapshot."}
                </p>
              </Empty>
            )}
          <ListFoot
            url={url}
            offset={query.offset}
            limit={query.limit}
            total={total}
            noun="snapshot"
          />
        </div>
      </section>
    </HostFrame>
  );
});
