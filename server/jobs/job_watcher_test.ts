import assert from "node:assert/strict";
import type { JobStreamMessage } from "../protocol/job_stream.ts";
import { BACKLOG_MAX_BYTES, JobWatcher } from "./job_watcher.ts";
import { linesFrom } from "./test_world.ts";
import { BACKLOG_TOTAL_BYTES, WatcherRoom } from "./watcher_room.ts";

const log = (first: number, last: number): JobStreamMessage => ({
  type: "log.stream",
  job_id: "01980000-0000-7000-8000-000000000001",
  lines: linesFrom(first, last),
});

Deno.test("JobWatcher skips lines for a slow reader and says from where to read them again", () => {
  const sent: JobStreamMessage[] = [];
  const socket = { buffered_bytes: 0, send: (text: string) => void sent.push(JSON.parse(text)) };
  const watcher = new JobWatcher(socket, { after_seq: 0, room: new WatcherRoom() });
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
  const watcher = new JobWatcher(socket, { after_seq: 9, room: new WatcherRoom() });
  watcher.send(log(10, 11));
  watcher.send({ type: "resync", after_seq: 0 });
  assert.deepEqual(sent, [{ type: "resync", after_seq: 9 }, { type: "resync", after_seq: 0 }]);
});

Deno.test("JobWatcher sends many lines in pieces, so that a reader gets some of them", () => {
  const sent: JobStreamMessage[] = [];
  const socket = {
    buffered_bytes: 0,
    send(text: string) {
      this.buffered_bytes += text.length;
      sent.push(JSON.parse(text));
    },
  };
  const watcher = new JobWatcher(socket, { after_seq: 0, room: new WatcherRoom() });
  const payload = "x".repeat(16_000);
  const lines = linesFrom(1, 500).map((line) => ({ ...line, payload }));
  watcher.send({ type: "log.stream", job_id: "01980000-0000-7000-8000-000000000001", lines });
  const seqs = sent.flatMap((one) => one.type === "log.stream" ? one.lines.map((l) => l.seq) : []);
  assert.deepEqual(seqs, Array.from(seqs, (_, n) => n + 1));
  assert.ok(seqs.length > 200 && seqs.length < 500);
  assert.ok(socket.buffered_bytes <= BACKLOG_MAX_BYTES);
});

Deno.test("WatcherRoom lets slow tabs have 64 MiB together, and one that reads goes on", () => {
  const room = new WatcherRoom();
  const slow = Array.from({ length: 20 }, () => ({ buffered_bytes: 0 }));
  for (const socket of slow) {
    room.enter(socket);
    for (let bytes = 0; bytes < BACKLOG_MAX_BYTES; bytes += 64 * 1024) {
      if (room.fits(socket, bytes)) socket.buffered_bytes = bytes;
    }
  }
  assert.ok(room.buffered_bytes <= BACKLOG_TOTAL_BYTES + slow.length * 256 * 1024);
  const reader = { buffered_bytes: 0 };
  room.enter(reader);
  assert.equal(room.fits(reader, 64 * 1024), true);
  assert.equal(room.fits(reader, 512 * 1024), false);
  for (const socket of slow) room.leave(socket);
  assert.equal(room.fits(reader, 512 * 1024), true);
  room.leave(reader);
  assert.equal(room.buffered_bytes, 0);
});
