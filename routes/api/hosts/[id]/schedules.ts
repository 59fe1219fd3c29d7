import { readJson } from "../../../../server/http/body.ts";
import { paths } from "../../../../server/protocol/paths.ts";
import { AddScheduleRequest } from "../../../../server/protocol/schedule_rest.ts";
import { define } from "../../../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services, actor } = ctx.state;
    return Response.json(services.schedules.list(actor!, ctx.params["id"]!));
  },
  async POST(ctx) {
    const { services, actor } = ctx.state;
    const request = await readJson(ctx, AddScheduleRequest);
    const schedule = services.schedules.add(actor!, ctx.params["id"]!, request);
    const headers = { location: paths.api.schedule(schedule.id) };
    return Response.json(schedule, { status: 201, headers });
  },
});
