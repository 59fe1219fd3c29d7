import { readJson } from "../../../../server/http/body.ts";
import { EditScheduleRequest } from "../../../../server/protocol/schedule_rest.ts";
import { define } from "../../../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services, actor } = ctx.state;
    return Response.json(services.schedules.get(actor!, ctx.params["id"]!));
  },
  async PUT(ctx) {
    const { services, actor } = ctx.state;
    const edit = await readJson(ctx, EditScheduleRequest);
    return Response.json(services.schedules.edit(actor!, ctx.params["id"]!, edit));
  },
  DELETE(ctx) {
    const { services, actor } = ctx.state;
    services.schedules.remove(actor!, ctx.params["id"]!);
    return new Response(null, { status: 204 });
  },
});
