import { readSessionToken, removeSessionCookie } from "../../../server/http/session_cookie.ts";
import { define } from "../../../server/state.ts";

export const handler = define.handlers({
  POST(ctx) {
    const { services, ip } = ctx.state;
    const token = readSessionToken(ctx.req.headers, services.config);
    if (token !== undefined) services.sessions.end(token, ip);
    const headers = new Headers();
    removeSessionCookie(headers, services.config);
    return new Response(null, { status: 204, headers });
  },
});
