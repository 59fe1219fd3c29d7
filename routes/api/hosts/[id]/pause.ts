import { readJson } from "../../../../server/http/body.ts";
import { PauseRequest } from "../../../../server/protocol/schedule_rest.ts";
import { define } from "../../../../server/state.ts";

export const handler = define.handlers({
  async PUT(ctx) {
    const { services, actor } = ctx.state;
    const request = await readJson(ctx, PauseRequest);
    return Response.json(services.schedules.pause(actor!, ctx.params["id"]!, request));
  },
  DELETE(ctx) {
    const { services, actor } = ctx.state;
    return Response.json(services.schedules.resume(actor!, ctx.params["id"]!));
  },
});
