import { runtimeFile } from "../../../server/agents/install_files.ts";
import { define } from "../../../server/state.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const { services, ip } = ctx.state;
    services.rate_limits.take("download", ip);
    return await runtimeFile(ctx.params["target"]!, Deno.execPath());
  },
});
