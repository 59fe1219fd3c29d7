import { define } from "../../../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services, actor } = ctx.state;
    return Response.json(services.jobs.get(actor!, ctx.params["id"]!));
  },
});
