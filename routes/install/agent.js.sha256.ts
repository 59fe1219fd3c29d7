import { installChecksum } from "../../server/agents/install_files.ts";
import { define } from "../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    return installChecksum(ctx.state.services.assets, "agent.js");
  },
});
