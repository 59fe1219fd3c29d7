import { readJson } from "../../../../server/http/body.ts";
import { EditCredentialsRequest } from "../../../../server/protocol/rest.ts";
import { define } from "../../../../server/state.ts";

export const handler = define.handlers({
  async PUT(ctx) {
    const { services, actor } = ctx.state;
    const edit = await readJson(ctx, EditCredentialsRequest);
    const repository = await services.repositories.editCredentials(actor!, ctx.params["id"]!, edit);
    return Response.json(repository);
  },
});
