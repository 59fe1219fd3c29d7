import { EnrollRequest } from "../../../server/protocol/enrollment.ts";
import { define } from "../../../server/state.ts";

export const handler = define.handlers({
  async POST(ctx) {
    const { services, ip } = ctx.state;
    services.rate_limits.take("enroll", ip);
    const request = EnrollRequest.parse(await ctx.req.json());
    const answer = await services.enrollment.enroll(request, ip);
    return Response.json(answer, { headers: { "cache-control": "no-store" } });
  },
});
