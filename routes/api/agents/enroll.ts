import { readJson } from "../../../server/http/body.ts";
import { EnrollRequest } from "../../../server/protocol/enrollment.ts";
import { define } from "../../../server/state.ts";

export const handler = define.handlers({
  async POST(ctx) {
    const { services, ip } = ctx.state;
    services.rate_limits.take("enroll", ip);
    const request = await readJson(ctx, EnrollRequest);
    const answer = await services.enrollment.enroll(request, ip);
    return Response.json(answer, { headers: { "cache-control": "no-store" } });
  },
});
