import { define } from "../../../../server/state.ts";

export const handler = define.handlers({
  async POST(ctx) {
    const { services, actor } = ctx.state;
    const answer = await services.enrollment.regenerate(actor!, ctx.params["id"]!);
    return Response.json(answer, { status: 201, headers: { "cache-control": "no-store" } });
  },
});
