import assert from "node:assert/strict";
import { AppError } from "../errors.ts";
import type { Change } from "./change.ts";
import { STREAMS_PER_SESSION_MAX } from "./event_streams.ts";
import { FleetEvents } from "./fleet_events.ts";

/** Timers that fire when the test says so. */
function handTimers() {
  const due: { run: () => void; ms: number }[] = [];
  const later = (run: () => void, ms: number) => {
    const one = { run, ms };
    due.push(one);
    return () => void due.splice(due.indexOf(one), due.includes(one) ? 1 : 0);
  };
  return { due, later, fire: () => due.shift()?.run() };
}

/** Sessions that never end. */
const held = () => () => {};

Deno.test("FleetEvents tells the first change at once and the others together a second later", () => {
  const timers = handTimers();
  const events = new FleetEvents(timers.later);
  const heard: Change[] = [];
  const stop = events.subscribe((change) => heard.push(change));
  events.publish({ host_id: "a" });
  assert.equal(timers.due[0]?.ms, 0);
  timers.fire();
  events.publish({ host_id: "b", job_id: "1" });
  events.publish({ host_id: "b", job_id: "2" });
  assert.equal(timers.due[0]?.ms, 1000);
  timers.fire();
  timers.fire();
  assert.deepEqual(heard, [
    { host_ids: ["a"], job_ids: [] },
    { host_ids: ["b"], job_ids: ["1", "2"] },
  ]);
  assert.equal(timers.due.length, 0);
  stop();
});

Deno.test("FleetEvents keeps no timer and no past when nobody listens", () => {
  const timers = handTimers();
  const events = new FleetEvents(timers.later);
  events.publish({ host_id: "a" });
  assert.equal(timers.due.length, 0);
  const stop = events.subscribe(() => {});
  events.publish({ host_id: "a" });
  stop();
  assert.equal(timers.due.length, 0);
});

Deno.test("An event stream carries changes and is released when its page leaves", async () => {
  const timers = handTimers();
  const { streams, publish } = (() => {
    const events = new FleetEvents(timers.later);
    return { streams: events.streams, publish: () => events.publish({ host_id: "a" }) };
  })();
  const reader = streams.open("session", held).pipeThrough(new TextDecoderStream()).getReader();
  assert.equal((await reader.read()).value, "retry: 3000\n\n");
  publish();
  timers.fire();
  const { value } = await reader.read();
  assert.equal(value, 'event: changed\ndata: {"host_ids":["a"],"job_ids":[]}\n\n');
  await reader.cancel();
  assert.equal(streams.size, 0);
});

Deno.test("EventStreams bounds the streams of a session, and ends all of them at shutdown", async () => {
  const { streams } = new FleetEvents(handTimers().later);
  const open = Array.from({ length: STREAMS_PER_SESSION_MAX }, () => streams.open("one", held));
  assert.throws(
    () => streams.open("one", held),
    (error) => error instanceof AppError && error.code === "rate_limited",
  );
  open.push(streams.open("other", held));
  streams.endAll();
  assert.equal(streams.size, 0);
  for (const stream of open) assert.equal(await new Response(stream).text(), "retry: 3000\n\n");
  streams.open("one", held);
  streams.endAll();
});

Deno.test("EventStreams ends a stream when its session is over, and lets go of one that was left", async () => {
  const { streams } = new FleetEvents(handTimers().later);
  const ends = new Set<() => void>();
  const hold = (end: () => void) => {
    ends.add(end);
    return () => void ends.delete(end);
  };
  const stream = streams.open("one", hold);
  await streams.open("one", hold).cancel();
  assert.equal(ends.size, 1);
  for (const end of ends) end();
  assert.equal(await new Response(stream).text(), "retry: 3000\n\n");
  assert.equal(streams.size + ends.size, 0);
});
