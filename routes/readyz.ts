import { whyNotReady } from "../server/ready.ts";
import { define } from "../server/state.ts";

/** 200 while the server can do its work, 503 with the reason otherwise: for load balancers. */
export const handler = define.handlers({
  GET(ctx) {
    const why = whyNotReady(ctx.state.services);
    return why === undefined ? ctx.text("ready") : ctx.text(`not ready: ${why}`, { status: 503 });
  },
});
