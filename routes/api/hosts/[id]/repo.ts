import { AppError } from "../../../../server/errors.ts";
import { define } from "../../../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services, actor } = ctx.state;
    const repository = services.repositories.forHost(actor!, ctx.params["id"]!);
    if (repository === undefined) throw new AppError("not_found", "There is no such host");
    return Response.json(repository);
  },
});
