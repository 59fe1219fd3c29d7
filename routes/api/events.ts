import { define } from "../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services, session } = ctx.state;
    return new Response(services.fleet_events.streams.open(session!.id), {
      headers: {
        "content-type": "text/event-stream",
        "cache-control": "no-store",
        // nginx would hold events back until its buffer is full.
        "x-accel-buffering": "no",
      },
    });
  },
});
