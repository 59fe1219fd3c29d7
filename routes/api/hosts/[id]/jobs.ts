import { readJson } from "../../../../server/http/body.ts";
import { readQuery } from "../../../../server/http/query.ts";
import { paths } from "../../../../server/protocol/paths.ts";
import { ListJobsQuery, StartJobRequest } from "../../../../server/protocol/rest.ts";
import { define } from "../../../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services, actor } = ctx.state;
    const query = readQuery(ctx, ListJobsQuery.omit({ host_id: true }));
    const { id: host_id } = services.hosts.get(actor!, ctx.params["id"]!);
    return Response.json(services.jobs.list(actor!, { ...query, host_id }));
  },
  async POST(ctx) {
    const { services, actor } = ctx.state;
    const request = await readJson(ctx, StartJobRequest);
    const job = services.jobs.start(actor!, ctx.params["id"]!, request);
    return Response.json(job, { status: 201, headers: { location: paths.api.job(job.id) } });
  },
});
