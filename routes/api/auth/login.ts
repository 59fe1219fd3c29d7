import { signIn } from "../../../server/auth/sign_in.ts";
import { readJson } from "../../../server/http/body.ts";
import { addSessionCookie, readSessionToken } from "../../../server/http/session_cookie.ts";
import { LoginRequest } from "../../../server/protocol/rest.ts";
import { define } from "../../../server/state.ts";

export const handler = define.handlers({
  async POST(ctx) {
    const { services, ip } = ctx.state;
    const input = await readJson(ctx, LoginRequest);
    const user_agent = ctx.req.headers.get("user-agent") ?? "";
    const old_token = readSessionToken(ctx.req.headers, services.config);
    const { token, session } = await signIn(services, input, { ip, user_agent, old_token });
    const headers = new Headers();
    addSessionCookie(headers, token, services.config);
    const csrf_token = services.sessions.csrfToken(session);
    return Response.json({ user: session.user, csrf_token }, { headers });
  },
});
