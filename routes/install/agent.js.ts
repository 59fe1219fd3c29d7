import { installFile } from "../../server/agents/install_files.ts";
import { define } from "../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    return installFile(ctx.state.services.assets, "agent.js");
  },
});
