import { readJson } from "../../../server/http/body.ts";
import { AddUserRequest } from "../../../server/protocol/rest.ts";
import { define } from "../../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services, actor } = ctx.state;
    const items = services.users.list(actor!);
    return Response.json({ items, total: items.length });
  },
  async POST(ctx) {
    const { services, actor } = ctx.state;
    const input = await readJson(ctx, AddUserRequest);
    return Response.json(await services.users.add(actor!, input), { status: 201 });
  },
});
