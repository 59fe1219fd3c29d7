import assert from "node:assert/strict";
import type { JobStreamMessage } from "../protocol/job_stream.ts";
import { BACKLOG_MAX_BYTES, JobWatcher } from "./job_watcher.ts";
import { linesFrom } from "./test_world.ts";

const log = (first: number, last: number): JobStreamMessage => ({
  type: "log.stream",
  job_id: "01980000-0000-7000-8000-000000000001",
  lines: linesFrom(first, last),
});

Deno.test("JobWatcher skips lines for a slow reader and says from where to read them again", () => {
  const sent: JobStreamMessage[] = [];
  const socket = { buffered_bytes: 0, send: (text: string) => void sent.push(JSON.parse(text)) };
  const watcher = new JobWatcher(socket, 0);
  watcher.send(log(1, 2));
  socket.buffered_bytes = BACKLOG_MAX_BYTES + 1;
  watcher.send(log(3, 4));
  watcher.send(log(5, 6));
  socket.buffered_bytes = 0;
  watcher.send(log(7, 8));
  assert.deepEqual(sent, [log(1, 2), { type: "resync", after_seq: 2 }, log(7, 8)]);
});

Deno.test("JobWatcher never skips a state, and puts the resync before it", () => {
  const sent: JobStreamMessage[] = [];
  const socket = {
    buffered_bytes: BACKLOG_MAX_BYTES + 1,
    send: (t: string) => void sent.push(JSON.parse(t)),
  };
  const watcher = new JobWatcher(socket, 9);
  watcher.send(log(10, 11));
  watcher.send({ type: "resync", after_seq: 0 });
  assert.deepEqual(sent, [{ type: "resync", after_seq: 9 }, { type: "resync", after_seq: 0 }]);
});
