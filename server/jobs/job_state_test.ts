import assert from "node:assert/strict";
import * as fc from "fast-check";
import { FinalJobStatus, JobStatus } from "../protocol/entities.ts";
import { hasEnded, type JobEvent, nextStatus } from "./job_state.ts";

const anyEvent: fc.Arbitrary<JobEvent> = fc.oneof(
  fc.constant<JobEvent>({ type: "dispatched" }),
  fc.constant<JobEvent>({ type: "started" }),
  fc.constantFrom(...FinalJobStatus.options).map((status): JobEvent => ({ type: "ended", status })),
);
const ORDER = ["queued", "dispatched", "running"];
const rank = (status: JobStatus) => hasEnded(status) ? 3 : ORDER.indexOf(status);

Deno.test("nextStatus() walks a job from queued to its end", () => {
  let status: JobStatus = "queued";
  status = nextStatus(status, { type: "dispatched" });
  assert.equal(status, "dispatched");
  status = nextStatus(status, { type: "started" });
  assert.equal(status, "running");
  assert.equal(nextStatus(status, { type: "ended", status: "warning" }), "warning");
});

Deno.test("nextStatus() keeps the first final state whatever is reported later, in any order", () => {
  fc.assert(fc.property(fc.array(anyEvent, { maxLength: 12 }), (events) => {
    let status: JobStatus = "queued";
    let ended: JobStatus | undefined;
    for (const event of events) {
      const next = nextStatus(status, event);
      assert.ok(rank(next) >= rank(status), `${status} went back to ${next}`);
      if (ended !== undefined) assert.equal(next, ended);
      if (hasEnded(next)) ended ??= next;
      status = next;
    }
    const first_end = events.find((e) => e.type === "ended");
    if (first_end?.type === "ended") assert.equal(status, first_end.status);
  }));
});

Deno.test("hasEnded() agrees with the protocol's list of final statuses", () => {
  for (const status of JobStatus.options) {
    assert.equal(hasEnded(status), FinalJobStatus.safeParse(status).success, status);
  }
});
