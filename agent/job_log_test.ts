import assert from "node:assert/strict";
import type { LogLine } from "../server/protocol/entities.ts";
import { LOG_LINE_MAX_CHARS, LOG_LINE_OVERHEAD_BYTES } from "../server/protocol/limits.ts";
import { Coalescer } from "./coalesce.ts";
import { JobLog } from "./job_log.ts";
import { FakeTiming } from "./timing.ts";

function aLog(quota_bytes?: number) {
  const timing = new FakeTiming();
  const batches: LogLine[][] = [];
  const write = (lines: LogLine[]) => void batches.push(lines);
  const onTrouble = () => assert.fail("nothing is the matter");
  const log = new JobLog({
    timing,
    write,
    onTrouble,
    ...(quota_bytes === undefined ? {} : { quota_bytes }),
  });
  return { log, batches, timing };
}

Deno.test("JobLog writes 500 lines at once and the rest 50 ms later", async () => {
  const { log, batches, timing } = aLog();
  for (let n = 0; n < 501; n++) log.add("stdout", `line ${n}`);
  assert.deepEqual(batches.map((batch) => batch.length), [500]);
  timing.advance(0.05);
  await Promise.resolve();
  assert.deepEqual(batches.map((batch) => batch.length), [500, 1]);
  assert.equal(batches[1]![0]!.seq, 501);
  log.close();
});

Deno.test("JobLog cuts a long line with a marker and never within a character", () => {
  const { log, batches } = aLog();
  log.add("stdout", "😀".repeat(LOG_LINE_MAX_CHARS));
  log.close();
  const { payload } = batches[0]![0]!;
  assert.ok(payload.length <= LOG_LINE_MAX_CHARS);
  assert.match(payload, /characters cut\]$/);
  assert.ok(payload.isWellFormed());
});

Deno.test("JobLog goes on when lines cannot be written, and marks how many are lost", () => {
  const timing = new FakeTiming();
  const written: LogLine[] = [];
  let is_full = true;
  let troubles = 0;
  const log = new JobLog({
    timing,
    write(lines) {
      if (is_full) throw new Error("disk full");
      written.push(...lines);
    },
    onTrouble: () => troubles++,
  });
  for (let n = 0; n < 1000; n++) log.add("stdout", `line ${n}`);
  is_full = false;
  log.add("stdout", "after");
  log.close();
  assert.equal(troubles, 1);
  assert.deepEqual(written.map((line) => line.seq), [1000, 1001]);
  assert.match(written[0]!.payload, /^\[1000 log lines were lost here/);
});

Deno.test("JobLog keeps a batch far under a frame's limit", () => {
  const { log, batches } = aLog();
  for (let n = 0; n < 100; n++) log.add("stderr", "\u0001".repeat(LOG_LINE_MAX_CHARS));
  log.close();
  for (const batch of batches) assert.ok(JSON.stringify(batch).length < 1024 * 1024 * 0.9);
  assert.equal(batches.flat().length, 100);
});

Deno.test("JobLog over its quota counts what it drops and says so at the end", () => {
  const { log, batches } = aLog(10 * (100 + LOG_LINE_OVERHEAD_BYTES));
  for (let n = 0; n < 30; n++) log.add("stdout", "x".repeat(100));
  log.close();
  const all = batches.flat();
  assert.equal(all.length, 11);
  assert.match(all.at(-1)!.payload, /^\[20 more log lines were dropped/);
});

Deno.test("Coalescer passes the first value at once and then the latest, once per interval", async () => {
  const timing = new FakeTiming();
  const passed: number[] = [];
  const coalescer = new Coalescer<number>(timing, 1000, (value) => passed.push(value));
  const over = new AbortController();
  for (const value of [1, 2, 3]) coalescer.offer(value, over.signal);
  assert.deepEqual(passed, [1]);
  timing.advance(1);
  await Promise.resolve();
  assert.deepEqual(passed, [1, 3]);
  coalescer.offer(4, over.signal);
  over.abort();
  await Promise.resolve();
  assert.deepEqual(passed, [1, 3], "nothing after the end");
});
