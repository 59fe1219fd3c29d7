import assert from "node:assert/strict";
import type { Status } from "./output.ts";
import { ProgressMeter } from "./progress.ts";

function aStatus(changes: Partial<Status> = {}): Status {
  return {
    percent_done: 0.1,
    files_done: 1,
    total_files: 10,
    bytes_done: 0,
    total_bytes: 1000,
    error_count: 0,
    seconds_remaining: null,
    current_files: [],
    ...changes,
  };
}

Deno.test("ProgressMeter names a steady rate and the time that is left", () => {
  const meter = new ProgressMeter();
  assert.equal(meter.read(aStatus(), 0).throughput_bytes_per_second, null);
  meter.read(aStatus({ bytes_done: 100 }), 1);
  const progress = meter.read(aStatus({ bytes_done: 200 }), 2);
  assert.equal(progress.throughput_bytes_per_second, 100);
  assert.equal(progress.eta_seconds, 8);
});

Deno.test("ProgressMeter gives no rate and no time left for readings at the same moment", () => {
  const meter = new ProgressMeter();
  meter.read(aStatus(), 5);
  const progress = meter.read(aStatus({ bytes_done: 500 }), 5);
  assert.equal(progress.throughput_bytes_per_second, null);
  assert.equal(progress.eta_seconds, null);
});

Deno.test("ProgressMeter is scanning while files are found, then uploading, also when all is read", () => {
  const meter = new ProgressMeter();
  const phases = [
    aStatus({ total_files: 5 }),
    aStatus({ total_files: 9 }),
    aStatus({ total_files: 9 }),
    aStatus({ total_files: 9, percent_done: 1 }),
  ].map((status, index) => meter.read(status, index).phase);
  assert.deepEqual(phases, ["scanning", "scanning", "uploading", "uploading"]);
});

Deno.test("ProgressMeter gives no speed and no time left once all is read: the upload goes on", () => {
  const meter = new ProgressMeter();
  meter.read(aStatus(), 0);
  const all_read = aStatus({ bytes_done: 1000, percent_done: 1, seconds_remaining: 0 });
  const progress = meter.read(all_read, 1);
  assert.deepEqual([progress.throughput_bytes_per_second, progress.eta_seconds], [null, null]);
});

Deno.test("ProgressMeter gives no speed while restic reads nothing for 10 s", () => {
  const meter = new ProgressMeter();
  meter.read(aStatus(), 0);
  meter.read(aStatus({ bytes_done: 500 }), 1);
  assert.ok(meter.read(aStatus({ bytes_done: 500 }), 10).throughput_bytes_per_second);
  assert.equal(meter.read(aStatus({ bytes_done: 500 }), 11).throughput_bytes_per_second, null);
  assert.ok(meter.read(aStatus({ bytes_done: 600 }), 12).throughput_bytes_per_second);
});

Deno.test("ProgressMeter prefers restic's own time left", () => {
  assert.equal(new ProgressMeter().read(aStatus({ seconds_remaining: 42 }), 0).eta_seconds, 42);
});
