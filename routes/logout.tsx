import { readSessionToken, removeSessionCookie } from "../server/http/session_cookie.ts";
import { paths } from "../server/protocol/paths.ts";
import { define } from "../server/state.ts";

export const handler = define.handlers({
  POST(ctx) {
    const { services, ip } = ctx.state;
    const token = readSessionToken(ctx.req.headers, services.config);
    if (token !== undefined) services.sessions.end(token, ip);
    const headers = new Headers({ location: paths.login() });
    removeSessionCookie(headers, services.config);
    return new Response(null, { status: 303, headers });
  },
});
