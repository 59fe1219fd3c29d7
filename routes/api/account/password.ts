import { changePassword } from "../../../server/auth/change_password.ts";
import { readJson } from "../../../server/http/body.ts";
import { ChangePasswordRequest } from "../../../server/protocol/rest.ts";
import { define } from "../../../server/state.ts";

export const handler = define.handlers({
  async POST(ctx) {
    const { services, session, ip } = ctx.state;
    const input = await readJson(ctx, ChangePasswordRequest);
    await changePassword(services, input, { session: session!, ip });
    return new Response(null, { status: 204 });
  },
});
