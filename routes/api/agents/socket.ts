import type { SocketEvents } from "../../../server/agents/agent_sessions.ts";
import { authenticateAgent } from "../../../server/agents/authenticate.ts";
import { AppError } from "../../../server/errors.ts";
import { isUpgrade, upgradeSocket } from "../../../server/fresh/websocket.ts";
import { CLOSE, closeName } from "../../../server/protocol/close_codes.ts";
import { define } from "../../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services, ip } = ctx.state;
    const { host, isStillGood } = authenticateAgent(services.hosts, ctx.req.headers);
    if (!isUpgrade(ctx.req)) {
      throw new AppError("bad_request", "This address speaks WebSocket only");
    }
    services.rate_limits.take("agent_socket", host.id);
    const { agent_sessions } = services;
    let session: SocketEvents | undefined;
    let forget: (() => void) | false = false;
    return upgradeSocket(ctx.req, {
      onOpen(peer) {
        forget = agent_sessions.count(host, ip);
        if (!forget) {
          peer.close(CLOSE.too_many_messages, closeName(CLOSE.too_many_messages));
          return;
        }
        // Whoever ended this credential during the upgrade closed the sockets that were open then.
        if (!isStillGood()) {
          return peer.close(CLOSE.bad_credential, closeName(CLOSE.bad_credential));
        }
        session = agent_sessions.open(host, peer, ip);
      },
      onMessage(_peer, text) {
        session?.message(text);
      },
      onRefused(code) {
        agent_sessions.violated({ host, ip }, code === 1003 ? "not_text" : "too_big");
        // Who breaks the protocol may never answer the close.
        session?.closed(code);
      },
      onClose(_peer, code) {
        if (forget) forget();
        session?.closed(code);
      },
      onError(error) {
        services.log.error("agent socket failed", { host_id: host.id, error });
      },
    });
  },
});
