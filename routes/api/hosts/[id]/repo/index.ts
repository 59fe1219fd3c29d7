import { define } from "../../../../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services, actor } = ctx.state;
    return Response.json(services.repositories.detail(actor!, ctx.params["id"]!));
  },
});
