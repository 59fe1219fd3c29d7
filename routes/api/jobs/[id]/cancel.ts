import { define } from "../../../../server/state.ts";

export const handler = define.handlers({
  POST(ctx) {
    const { services, actor } = ctx.state;
    return Response.json(services.jobs.cancel(actor!, ctx.params["id"]!), { status: 202 });
  },
});
