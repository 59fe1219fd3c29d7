import assert from "node:assert/strict";
import fc from "fast-check";
import {
  compressionRatio,
  dedupRatio,
  parseLock,
  parseLockIds,
  parseRepositoryId,
  parseSnapshots,
  parseStats,
} from "./documents.ts";

const VERSIONS = ["0.14.0", "0.16.5", "0.17.3", "0.18.0", "0.19.1"];

function sample(version: string, name: string): string {
  return Deno.readTextFileSync(new URL(`./testdata/${version}/${name}.jsonl`, import.meta.url));
}

Deno.test("parseSnapshots() reads every version's list, oldest first, in UTC", () => {
  for (const version of VERSIONS) {
    const snapshots = parseSnapshots(sample(version, "snapshots"));
    assert(snapshots !== undefined && snapshots.length > 0, version);
    const times = snapshots.map(({ time }) => time);
    assert.deepEqual(times, [...times].sort());
    for (const snapshot of snapshots) {
      assert.match(snapshot.id, /^[0-9a-f]{64}$/);
      assert.match(snapshot.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      assert(snapshot.paths.length > 0);
      assert.equal(snapshot.size_bytes === null, version < "0.17", version);
    }
    assert.deepEqual(parseSnapshots(sample(version, "snapshots_empty")), []);
  }
});

Deno.test("parseSnapshots() takes no half list, whatever was lost", () => {
  for (const version of VERSIONS) {
    const whole = sample(version, "snapshots").trim();
    for (let length = 0; length < whole.length; length++) {
      assert.equal(parseSnapshots(whole.slice(0, length)), undefined);
    }
  }
});

Deno.test("parseSnapshots() turns a local time into UTC and leaves out what is no snapshot", () => {
  const id = "ab".repeat(32);
  const list = [{ id, time: "2026-03-29T03:30:00.123456789+02:00" }, { id }, null, 7, {
    id: "../x",
  }];
  assert.deepEqual(parseSnapshots(JSON.stringify(list))?.map(({ time }) => time), [
    "2026-03-29T01:30:00.123Z",
  ]);
});

Deno.test("parseStats() reads every version's figures, also among 0.19.0's progress text", () => {
  for (const version of VERSIONS) {
    const restore = parseStats(sample(version, "stats"));
    const raw = parseStats(sample(version, "stats_raw"));
    assert(restore !== undefined && raw !== undefined, version);
    const dedup = dedupRatio(restore, raw);
    assert.equal(dedup === null, version === "0.14.0");
    assert.equal(compressionRatio(raw) === null, version === "0.14.0");
    if (dedup !== null) assert(dedup > 3 && dedup < 5);
  }
  const mixed = `scanning...\n[0:00] 100.00%  9 / 9\n{"total_size":5,"snapshots_count":2}\n`;
  assert.equal(parseStats(mixed)?.total_size, 5);
  assert.equal(parseStats("scanning...\n"), undefined);
});

Deno.test("dedupRatio() and compressionRatio() are null for an empty repository", () => {
  const empty = { total_size: 0, total_uncompressed_size: 0, snapshots_count: 0 };
  assert.equal(dedupRatio(empty, empty), null);
  assert.equal(compressionRatio(empty), null);
});

Deno.test("parseRepositoryId(), parseLockIds() and parseLock() read every version's answer", () => {
  for (const version of VERSIONS) {
    assert.match(parseRepositoryId(sample(version, "cat_config")) ?? "", /^[0-9a-f]{64}$/);
    assert.equal(parseLockIds(sample(version, "list_locks_live")).length, 1);
    const lock = parseLock(sample(version, "cat_lock"));
    assert.deepEqual([lock?.hostname, lock?.username, lock?.exclusive], ["vm", "root", true]);
    assert.match(lock?.renewed_at ?? "", /^2026-11-22T12:0\d:\d\d\.\d{3}Z$/);
    assert.ok(lock!.pid > 1);
  }
});

Deno.test("the readers of documents take any text without throwing", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (document) => {
    parseSnapshots(document);
    parseRepositoryId(document);
    parseLock(document);
    parseLockIds(document);
    parseStats(document);
  }));
});
