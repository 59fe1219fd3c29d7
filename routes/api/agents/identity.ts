import { AppError } from "../../../server/errors.ts";
import type { IdentityAnswer } from "../../../server/protocol/enrollment.ts";
import { EnrollRequest } from "../../../server/protocol/enrollment.ts";
import { identityStatement, toBase64 } from "../../../server/protocol/signing.ts";
import { define } from "../../../server/state.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const { services, ip } = ctx.state;
    services.rate_limits.take("api", ip);
    const nonce = EnrollRequest.shape.nonce.safeParse(ctx.url.searchParams.get("nonce"));
    if (!nonce.success) {
      throw new AppError("bad_query", "Give a nonce of 16 to 100 characters", { field: "nonce" });
    }
    const answer: IdentityAnswer = {
      public_key: toBase64(services.identity.public_key),
      signature: await services.identity.sign(identityStatement(nonce.data)),
    };
    return Response.json(answer, { headers: { "cache-control": "no-store" } });
  },
});
