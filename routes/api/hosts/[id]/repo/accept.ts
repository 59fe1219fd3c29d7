import { define } from "../../../../../server/state.ts";

export const handler = define.handlers({
  POST(ctx) {
    const { services, actor } = ctx.state;
    return Response.json(services.repositories.acceptReplacement(actor!, ctx.params["id"]!));
  },
});
