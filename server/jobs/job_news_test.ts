import assert from "node:assert/strict";
import { isStalled } from "../protocol/job_movement.ts";
import { JobNewsBoard } from "./job_news.ts";

const MINUTE_MS = 60_000;

const SAME = {
  type: "job.progress" as const,
  job_id: "j",
  phase: "uploading" as const,
  percent_done: 0.5,
  files_done: 1,
  total_files: 2,
  bytes_done: 5,
  total_bytes: 10,
  error_count: 0,
  eta_seconds: null,
  throughput_bytes_per_second: null,
  current_files: [],
};

Deno.test("a job that says the same for 15 minutes is stalled, and moves again with a byte or a line", () => {
  const board = new JobNewsBoard(0);
  for (let minute = 0; minute <= 15; minute++) board.progress(SAME, minute * MINUTE_MS);
  const stalled = (minute: number) => isStalled(board.movedAt("j", 0), minute * MINUTE_MS);
  assert.deepEqual([stalled(14), stalled(15)], [false, true]);
  board.progress({ ...SAME, bytes_done: 6 }, 16 * MINUTE_MS);
  assert.equal(stalled(16), false);
  board.moved("j", 40 * MINUTE_MS);
  assert.equal(stalled(41), false);
});

Deno.test("a server that has just started calls no job stalled that it has not heard of yet", () => {
  const board = new JobNewsBoard(60 * MINUTE_MS);
  assert.equal(isStalled(board.movedAt("j", 0), 74 * MINUTE_MS), false);
  assert.equal(isStalled(board.movedAt("j", 0), 75 * MINUTE_MS), true);
});
