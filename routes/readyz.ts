import { isReady } from "../server/ready.ts";
import { define } from "../server/state.ts";

/** 200 while the server can do its work, 503 otherwise: for load balancers. */
export const handler = define.handlers({
  GET(ctx) {
    return isReady(ctx.state.services) ? ctx.text("ready") : ctx.text("not ready", { status: 503 });
  },
});
