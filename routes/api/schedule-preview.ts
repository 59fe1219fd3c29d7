import { readQuery } from "../../server/http/query.ts";
import { SchedulePreviewQuery } from "../../server/protocol/schedule_rest.ts";
import { define } from "../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services, actor } = ctx.state;
    const query = readQuery(ctx, SchedulePreviewQuery);
    return Response.json(services.schedules.preview(actor!, query));
  },
});
