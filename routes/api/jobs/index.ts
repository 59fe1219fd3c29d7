import { ListJobsQuery } from "../../../server/protocol/rest.ts";
import { define } from "../../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services, actor } = ctx.state;
    const query = ListJobsQuery.parse(Object.fromEntries(ctx.url.searchParams));
    return Response.json(services.jobs.list(actor!, query));
  },
});
