import { define } from "../../../../../server/state.ts";

export const handler = define.handlers({
  POST(ctx) {
    const { services, actor } = ctx.state;
    const repository = services.repositories.probeAgain(actor!, ctx.params["id"]!);
    return Response.json(repository, { status: 202 });
  },
});
