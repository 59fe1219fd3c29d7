import { readQuery } from "../../../../server/http/query.ts";
import { ListSnapshotsQuery } from "../../../../server/protocol/rest.ts";
import { define } from "../../../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services, actor } = ctx.state;
    const query = readQuery(ctx, ListSnapshotsQuery);
    const host = services.hosts.get(actor!, ctx.params["id"]!);
    return Response.json(services.snapshots.list(actor!, host.id, query));
  },
});
