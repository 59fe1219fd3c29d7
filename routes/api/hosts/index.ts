import { readJson } from "../../../server/http/body.ts";
import { readQuery } from "../../../server/http/query.ts";
import { paths } from "../../../server/protocol/paths.ts";
import { AddHostRequest, ListHostsQuery } from "../../../server/protocol/rest.ts";
import { define } from "../../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services, actor } = ctx.state;
    const query = readQuery(ctx, ListHostsQuery);
    return Response.json(services.hosts.list(actor!, query));
  },
  async POST(ctx) {
    const { services, actor } = ctx.state;
    const input = await readJson(ctx, AddHostRequest);
    const answer = await services.enrollment.add(actor!, input);
    const headers = { location: paths.api.host(answer.host.id), "cache-control": "no-store" };
    return Response.json(answer, { status: 201, headers });
  },
});
