import type { SocketEvents } from "../../../server/agents/agent_sessions.ts";
import { authenticateAgent } from "../../../server/agents/authenticate.ts";
import { AppError } from "../../../server/errors.ts";
import { isUpgrade, upgradeSocket } from "../../../server/fresh/websocket.ts";
import { define } from "../../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services, ip } = ctx.state;
    const host = authenticateAgent(services.hosts, ctx.req.headers);
    if (!isUpgrade(ctx.req)) {
      throw new AppError("bad_request", "This address speaks WebSocket only");
    }
    let session: SocketEvents | undefined;
    return upgradeSocket(ctx.req, {
      onOpen(peer) {
        session = services.agent_sessions.open(host, peer, ip);
      },
      onMessage(_peer, text) {
        session?.message(text);
      },
      onClose(_peer, code) {
        session?.closed(code);
      },
      onError(error) {
        services.log.error("agent socket failed", { host_id: host.id, error });
      },
    });
  },
});
