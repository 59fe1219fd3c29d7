import { answerOf } from "../../components/palette/answer.ts";
import { readQuery } from "../../server/http/query.ts";
import { SearchQuery } from "../../server/protocol/rest.ts";
import { define } from "../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services } = ctx.state;
    const actor = ctx.state.actor!;
    const query = readQuery(ctx, SearchQuery);
    const { search, hosts } = services;
    const host = query.host_id === undefined ? {} : { host: hosts.get(actor, query.host_id) };
    const answer = answerOf({ search, actor, ...host }, query);
    return Response.json(answer, { headers: { "cache-control": "no-store" } });
  },
});
