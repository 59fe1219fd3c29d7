import { logText } from "../../../server/jobs/log_text.ts";
import { define } from "../../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services, actor } = ctx.state;
    const job = services.jobs.get(actor!, ctx.params["id"]!);
    const pages = (after_seq: number, limit: number) =>
      services.jobs.logs(actor!, job.id, after_seq, limit);
    return new Response(logText(pages, { removed_at: job.log_removed_at }), {
      headers: {
        "content-type": "text/plain; charset=utf-8",
        "content-disposition": `attachment; filename="${job.kind}-${job.id.slice(-8)}.txt"`,
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
      },
    });
  },
});
