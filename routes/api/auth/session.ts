import { define } from "../../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { session, csrf_token } = ctx.state;
    return Response.json({ user: session!.user, csrf_token });
  },
});
