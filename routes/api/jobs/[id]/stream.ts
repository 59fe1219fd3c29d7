import { AppError } from "../../../../server/errors.ts";
import { isUpgrade, type PeerHandlers, upgradeSocket } from "../../../../server/fresh/websocket.ts";
import { readQuery } from "../../../../server/http/query.ts";
import { JobWatcher } from "../../../../server/jobs/job_watcher.ts";
import { CLOSE } from "../../../../server/protocol/close_codes.ts";
import { ListLogsQuery } from "../../../../server/protocol/rest.ts";
import { define } from "../../../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services, actor } = ctx.state;
    const session_id = ctx.state.session!.id;
    const { after_seq } = readQuery(ctx, ListLogsQuery.pick({ after_seq: true }));
    const job = services.jobs.get(actor!, ctx.params["id"]!);
    if (!isUpgrade(ctx.req)) {
      throw new AppError("bad_request", "This address speaks WebSocket only");
    }
    const room = services.jobs.watcher_room;
    // What opens is given back in whatever way it ends, also half-way.
    const ends = [room.take(session_id)];
    const stop = () => {
      for (const end of ends.splice(0)) end();
    };
    const handlers: PeerHandlers = {
      onOpen(peer) {
        const watcher = new JobWatcher(peer, { after_seq, room });
        ends.push(() => watcher.close());
        ends.push(services.jobs.watch(actor!, job.id, after_seq, (m) => watcher.send(m)));
        ends.push(services.sessions.hold(
          session_id,
          () => peer.close(CLOSE.bad_credential, "The session is over"),
        ));
      },
      onMessage() {
        // Browsers only listen here.
      },
      onClose() {
        stop();
      },
      onError(error) {
        stop();
        services.log.error("job stream failed", { job_id: job.id, error });
      },
    };
    try {
      return upgradeSocket(ctx.req, handlers);
    } catch (error) {
      stop();
      throw error;
    }
  },
});
