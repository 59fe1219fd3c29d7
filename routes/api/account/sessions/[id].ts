import { removeSessionCookie } from "../../../../server/http/session_cookie.ts";
import { define } from "../../../../server/state.ts";

export const handler = define.handlers({
  DELETE(ctx) {
    const { services, session, ip } = ctx.state;
    const id = ctx.params["id"]!;
    services.sessions.endOwn(session!, id, ip);
    const headers = new Headers();
    if (id === session!.id) removeSessionCookie(headers, services.config);
    return new Response(null, { status: 204, headers });
  },
});
