import { AppError } from "../../../../server/errors.ts";
import { isUpgrade, upgradeSocket } from "../../../../server/fresh/websocket.ts";
import { JobWatcher } from "../../../../server/jobs/job_watcher.ts";
import { ListLogsQuery } from "../../../../server/protocol/rest.ts";
import { define } from "../../../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services, actor } = ctx.state;
    // A page of another origin could open the socket with the user's cookie: CORS does not ask.
    if (ctx.req.headers.get("origin") !== new URL(services.config.base_url).origin) {
      throw new AppError("csrf", "This stream can be opened from the server's own pages only");
    }
    const { after_seq } = ListLogsQuery.pick({ after_seq: true })
      .parse(Object.fromEntries(ctx.url.searchParams));
    const job = services.jobs.get(actor!, ctx.params["id"]!);
    if (!isUpgrade(ctx.req)) {
      throw new AppError("bad_request", "This address speaks WebSocket only");
    }
    let stop = () => {};
    return upgradeSocket(ctx.req, {
      onOpen(peer) {
        const watcher = new JobWatcher(peer, after_seq);
        stop = services.jobs.watch(actor!, job.id, after_seq, (message) => watcher.send(message));
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
    });
  },
});
