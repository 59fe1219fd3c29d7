import { define } from "../../../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services, session } = ctx.state;
    const items = services.sessions.listOwn(session!);
    return Response.json({ items, total: items.length });
  },
});
