import { readQuery } from "../../server/http/query.ts";
import { ListAuditQuery } from "../../server/protocol/rest.ts";
import { define } from "../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services, actor } = ctx.state;
    const query = readQuery(ctx, ListAuditQuery);
    return Response.json(services.audit.list(actor!, query));
  },
});
