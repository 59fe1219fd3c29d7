import { define } from "../server/state.ts";

/** Alive as long as it answers at all. */
export const handler = define.handlers({
  GET(ctx) {
    return ctx.text("ok");
  },
});
