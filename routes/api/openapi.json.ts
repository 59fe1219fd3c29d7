import { openApiDocument } from "../../server/openapi.ts";
import { define } from "../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    return Response.json(openApiDocument(ctx.state.services.config.base_url));
  },
});
