import { readJson } from "../../../../server/http/body.ts";
import { EditHostRequest } from "../../../../server/protocol/rest.ts";
import { define } from "../../../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services, actor } = ctx.state;
    return Response.json(services.hosts.get(actor!, ctx.params["id"]!));
  },
  async PATCH(ctx) {
    const { services, actor } = ctx.state;
    const edit = await readJson(ctx, EditHostRequest);
    return Response.json(services.hosts.edit(actor!, ctx.params["id"]!, edit));
  },
  DELETE(ctx) {
    const { services, actor } = ctx.state;
    services.hosts.remove(actor!, ctx.params["id"]!);
    return new Response(null, { status: 204 });
  },
});
