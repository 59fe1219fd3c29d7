import { define } from "../../server/state.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { services } = ctx.state;
    const { id } = ctx.state.session!;
    const hold = (end: () => void) => services.sessions.hold(id, end);
    return new Response(services.fleet_events.streams.open(id, hold), {
      headers: {
        "content-type": "text/event-stream",
        "cache-control": "no-store",
        // nginx would hold events back until its buffer is full.
        "x-accel-buffering": "no",
      },
    });
  },
});
