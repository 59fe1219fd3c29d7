import { readQuery } from "../../../server/http/query.ts";
import { ListJobsQuery } from "../../../server/protocol/rest.ts";
import { define } from "../../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services, actor } = ctx.state;
    const query = readQuery(ctx, ListJobsQuery);
    return Response.json(services.jobs.list(actor!, query));
  },
});
