import { readJson } from "../../../../server/http/body.ts";
import { CloneScheduleRequest } from "../../../../server/protocol/schedule_rest.ts";
import { define } from "../../../../server/state.ts";

export const handler = define.handlers({
  async POST(ctx) {
    const { services, actor } = ctx.state;
    const { host_ids } = await readJson(ctx, CloneScheduleRequest);
    const copies = services.schedules.clone(actor!, ctx.params["id"]!, host_ids);
    return Response.json(copies, { status: 201 });
  },
});
