import assert from "node:assert/strict";
import { type Run, UsualTimes } from "./usual_times.ts";

const runs = (host_id: string, ...seconds: number[]): Run[] =>
  seconds.map((each) => ({ host_id, kind: "backup", took_ms: each * 1000 }));

Deno.test("UsualTimes takes the median of each host, whatever one slow run took", () => {
  const usual = new UsualTimes([...runs("a", 300, 20, 10, 30, 25), ...runs("b", 7, 8, 9)]);
  assert.equal(usual.of({ host_id: "a", kind: "backup" }), 25);
  assert.equal(usual.of({ host_id: "b", kind: "backup" }), 8);
});

Deno.test("UsualTimes knows nothing of a host with two runs, nor of another kind", () => {
  const usual = new UsualTimes([...runs("a", 10, 20), ...runs("b", 1, 2, 3)]);
  assert.equal(usual.of({ host_id: "a", kind: "backup" }), undefined);
  assert.equal(usual.of({ host_id: "b", kind: "init" }), undefined);
});
