import { paths } from "../../../../server/protocol/paths.ts";
import { define } from "../../../../server/state.ts";

export const handler = define.handlers({
  POST(ctx) {
    const { services, actor } = ctx.state;
    const job = services.jobs.runSchedule(actor!, ctx.params["id"]!);
    return Response.json(job, { status: 201, headers: { location: paths.api.job(job.id) } });
  },
});
