import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { JobProgress } from "../../server/protocol/agent_messages.ts";
import type { Job } from "../../server/protocol/entities.ts";
import type { JobStreamMessage } from "../../server/protocol/job_stream.ts";
import { causeOf } from "./causes.ts";
import { applyMessage, crossedQuarter, freshnessOf, percentOf, startView } from "./job_view.ts";
import { phasesOf } from "./phases.ts";
import { reconnectDelayMs } from "./reconnect.ts";

const NOW = Date.parse("2026-11-12T09:42:05Z");
const ID = "019a7000-0000-7000-8000-000000000001";

function aJob(more: Partial<Job> = {}): Job {
  return {
    id: ID,
    host_id: ID,
    host_name: "web-01",
    repository_id: ID,
    kind: "backup",
    status: "running",
    actor_kind: "user",
    actor_id: null,
    actor_name: "operator",
    schedule_id: null,
    due_at: null,
    is_catch_up: false,
    backup_set: null,
    bandwidth: {},
    read_data: null,
    queued_at: "2026-11-12T09:34:48Z",
    dispatched_at: "2026-11-12T09:34:48Z",
    started_at: "2026-11-12T09:34:49Z",
    finished_at: null,
    expires_at: "2026-11-13T09:34:48Z",
    cancel_requested_at: null,
    exit_code: null,
    error_class: null,
    error: null,
    hint: null,
    stats: null,
    log_lines: 0,
    log_truncated: false,
    log_dropped_lines: 0,
    log_removed_at: null,
    waiting_for: null,
    ...more,
  };
}

function aProgress(more: Partial<JobProgress> = {}): JobProgress {
  return {
    type: "job.progress",
    job_id: ID,
    phase: "uploading",
    percent_done: 0.62,
    files_done: 1,
    total_files: 2,
    bytes_done: 1,
    total_bytes: 2,
    error_count: 0,
    eta_seconds: 269,
    throughput_bytes_per_second: 1000,
    current_files: [],
    ...more,
  };
}

const FINISHED: JobStreamMessage = {
  type: "job.finished",
  job_id: ID,
  kind: "backup",
  status: "failed",
  exit_code: 1,
  error_class: "network",
  error: "x",
  stats: null,
  log_lines: 3,
  started_at: null,
  finished_at: "2026-11-12T09:42:00Z",
};

Deno.test("applyMessage() never leaves a final state, whatever arrives late", () => {
  const late = fc.constantFrom<JobStreamMessage>(
    { type: "job", job: aJob() },
    { type: "job.started", job_id: ID, kind: "backup", started_at: "2026-11-12T09:34:49Z" },
    aProgress(),
    { type: "log.stream", job_id: ID, lines: [] },
    { type: "resync", after_seq: 3 },
  );
  fc.assert(fc.property(fc.array(late), (messages) => {
    let view = applyMessage(startView(aJob(), null, null), FINISHED, NOW);
    for (const message of messages) view = applyMessage(view, message, NOW);
    assert.equal(view.job.status, "failed");
  }));
});

Deno.test("applyMessage() takes the final row, with its hint, after the agent's own end", () => {
  const ended = applyMessage(startView(aJob(), null, null), FINISHED, NOW);
  const row = aJob({ status: "failed", hint: "Start the server" });
  assert.equal(applyMessage(ended, { type: "job", job: row }, NOW).job.hint, "Start the server");
});

Deno.test("applyMessage() keeps the start that the row had when the end names none", () => {
  const ended = applyMessage(startView(aJob(), null, null), FINISHED, NOW);
  assert.equal(ended.job.started_at, "2026-11-12T09:34:49Z");
});

Deno.test("freshnessOf() says how old the news is after 30 s, and stalled after 15 min", () => {
  const at = (seconds: number) => freshnessOf(startView(aJob(), null, NOW - seconds * 1000), NOW);
  assert.deepEqual(at(29), { kind: "fresh" });
  assert.deepEqual(at(40), { kind: "quiet", seconds: 40 });
  assert.deepEqual(at(900), { kind: "stalled", seconds: 900 });
});

Deno.test("freshnessOf() has nothing to say about a job that ended long ago", () => {
  const view = startView(aJob({ status: "succeeded" }), null, 0);
  assert.deepEqual(freshnessOf(view, NOW), { kind: "fresh" });
});

Deno.test("freshnessOf() misses no news while restic uploads the rest, until it counts as stalled", () => {
  const at = (seconds: number) =>
    freshnessOf(startView(aJob(), aProgress({ percent_done: 1 }), NOW - seconds * 1000), NOW);
  assert.deepEqual(at(40), { kind: "fresh" });
  assert.deepEqual(at(900), { kind: "stalled", seconds: 900 });
});

Deno.test("phasesOf() ticks Upload only when restic's summary came, however much is read", () => {
  const statesOf = (more: Partial<JobProgress>) =>
    phasesOf(startView(aJob(), aProgress({ percent_done: 1, ...more }), NOW))!.map((i) => i.state);
  assert.deepEqual(statesOf({})[3], "now");
  assert.deepEqual(statesOf({ phase: "finishing" }).slice(3), ["done", "now", "next"]);
});

Deno.test("percentOf() is never 100 before the job has ended well", () => {
  assert.equal(percentOf(startView(aJob(), aProgress({ percent_done: 1 }), NOW)), 99);
  assert.equal(percentOf(startView(aJob({ status: "succeeded" }), null, NOW)), 100);
  assert.equal(percentOf(startView(aJob(), null, NOW)), null);
});

Deno.test("applyMessage() takes the progress it holds already for no news, however often it comes", () => {
  const old_ms = NOW - 1_200_000;
  const view = applyMessage(startView(aJob(), aProgress(), old_ms), aProgress(), NOW);
  assert.equal(freshnessOf(view, NOW).kind, "stalled");
  const moved = applyMessage(view, aProgress({ percent_done: 0.9 }), NOW);
  assert.equal(freshnessOf(moved, NOW).kind, "fresh");
});

Deno.test("crossedQuarter() names each quarter once", () => {
  assert.equal(crossedQuarter(null, 3), null);
  assert.equal(crossedQuarter(24, 26), 25);
  assert.equal(crossedQuarter(26, 49), null);
  assert.equal(crossedQuarter(10, 80), 75);
  assert.equal(crossedQuarter(99, 100), 100);
});

Deno.test("phasesOf() marks the step that runs, those before as done, those after as next", () => {
  const states = phasesOf(startView(aJob(), aProgress(), NOW))!.map((item) => item.state);
  assert.deepEqual(states, ["done", "done", "done", "now", "next", "next"]);
});

Deno.test("phasesOf() marks the step in which a job failed, and draws none when it is not known", () => {
  const failed = aJob({ status: "failed" });
  const known = phasesOf(startView(failed, aProgress(), NOW))!.map((item) => item.state);
  assert.deepEqual(known, ["done", "done", "done", "fail", "skip", "skip"]);
  assert.equal(phasesOf(startView(failed, null, NOW)), undefined);
  assert.equal(phasesOf(startView({ ...failed, error_class: "network" }, null, NOW)), undefined);
});

Deno.test("phasesOf() knows where a job failed when its cause leaves one place only", () => {
  const statesOf = (error_class: Job["error_class"]) =>
    phasesOf(startView(aJob({ status: "failed", error_class }), null, NOW))!.map((i) => i.state);
  assert.deepEqual(statesOf("wrong_password"), ["done", "fail", "skip", "skip", "skip", "skip"]);
  assert.deepEqual(
    statesOf("snapshot_not_listed"),
    ["done", "done", "done", "done", "done", "fail"],
  );
});

Deno.test("phasesOf() of a job that was given up while it waited ends in the queue, and failed only if nobody cancelled it", () => {
  const stateOf = (status: "cancelled" | "failed") => {
    const job = aJob({ status, started_at: null, dispatched_at: null });
    return phasesOf(startView(job, null, NOW))![0]!.state;
  };
  assert.equal(stateOf("cancelled"), "stop");
  assert.equal(stateOf("failed"), "fail");
});

Deno.test("causeOf() has words for every bad end and none for a good one", () => {
  for (const status of ["failed", "cancelled", "interrupted", "warning"] as const) {
    assert.ok(causeOf(aJob({ status })));
  }
  assert.equal(causeOf(aJob({ status: "succeeded" })), undefined);
});

Deno.test("reconnectDelayMs() doubles to at most 30 s and is never shorter than half of that", () => {
  assert.equal(reconnectDelayMs(0, () => 0), 500);
  assert.equal(reconnectDelayMs(0, () => 1), 1000);
  assert.equal(reconnectDelayMs(20, () => 1), 30_000);
});

Deno.test("freshnessOf() counts a job as stalled that says the same again and again, and one line ends it", () => {
  const old_ms = NOW - 16 * 60_000;
  const still = aProgress({ bytes_done: 5, eta_seconds: 10 });
  let view = applyMessage(startView(aJob(), null, old_ms), still, old_ms);
  view = applyMessage(view, { ...still, eta_seconds: 99 }, NOW);
  assert.deepEqual(freshnessOf(view, NOW), { kind: "stalled", seconds: 960 });
  const lines = [{ seq: 1, ts: "2026-11-12T08:00:00Z", stream: "stderr" as const, payload: "x" }];
  view = applyMessage(view, { type: "log.stream", job_id: view.job.id, lines }, NOW);
  assert.equal(freshnessOf(view, NOW).kind, "fresh");
});
