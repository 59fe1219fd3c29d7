import { ListSnapshotsQuery } from "../../../../server/protocol/rest.ts";
import { define } from "../../../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services, actor } = ctx.state;
    const query = ListSnapshotsQuery.parse(Object.fromEntries(ctx.url.searchParams));
    const host = services.hosts.get(actor!, ctx.params["id"]!);
    return Response.json(services.snapshots.list(actor!, host.id, query));
  },
});
