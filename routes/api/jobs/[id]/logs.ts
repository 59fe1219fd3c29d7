import { readQuery } from "../../../../server/http/query.ts";
import { ListLogsQuery } from "../../../../server/protocol/rest.ts";
import { define } from "../../../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services, actor } = ctx.state;
    const { after_seq, limit } = readQuery(ctx, ListLogsQuery);
    return Response.json(services.jobs.logs(actor!, ctx.params["id"]!, after_seq, limit));
  },
});
