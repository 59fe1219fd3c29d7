import assert from "node:assert/strict";
import type { RepositoryLock } from "../../server/protocol/entities.ts";
import { dangerOfUnlock, judgeUnlock } from "./locks.ts";

const NOW_MS = Date.parse("2026-11-22T12:00:00Z");

function aLock(more: Partial<RepositoryLock> & { minutes: number }): RepositoryLock {
  const { minutes, ...rest } = more;
  return {
    hostname: "web-01",
    username: "root",
    pid: 4711,
    exclusive: true,
    renewed_at: new Date(NOW_MS - minutes * 60_000).toISOString(),
    holder: "dead",
    ...rest,
  };
}

function danger(...locks: RepositoryLock[]) {
  return dangerOfUnlock({ locks, unread: 0, reused: [], hidden: [] }, NOW_MS);
}

Deno.test("dangerOfUnlock() finds none in locks of dead processes, and in those restic would leave", () => {
  assert.equal(danger(), undefined);
  assert.equal(danger(aLock({ minutes: 1 }), aLock({ minutes: 9999 })), undefined);
  assert.equal(danger(aLock({ minutes: 4, holder: "alive" })), undefined);
  assert.equal(danger(aLock({ minutes: 4, holder: "foreign", hostname: "db-01" })), undefined);
});

Deno.test("dangerOfUnlock() refuses where restic would remove a foreign or a living lock for its age", () => {
  const foreign = aLock({ minutes: 40, holder: "foreign", hostname: "db-01" });
  assert.match(danger(aLock({ minutes: 1 }), foreign)!, /on db-01.*run restic unlock there/);
  const suspended = aLock({ minutes: 40, holder: "alive" });
  assert.match(danger(suspended)!, /its process is there.*Nothing was removed/);
  assert.match(
    dangerOfUnlock({ locks: [], unread: 2, reused: [], hidden: [] }, NOW_MS)!,
    /2 of the locks/,
  );
  // It may turn 30 minutes old before restic looks.
  assert.ok(danger(aLock({ minutes: 29, holder: "foreign" })));
});

Deno.test("dangerOfUnlock() lets no signal of restic go to a program that has a dead lock's number", () => {
  const young = aLock({ minutes: 3 });
  const said = dangerOfUnlock({ locks: [young], unread: 0, reused: [young], hidden: [] }, NOW_MS);
  assert.match(said!, /another program has its number now/);
  const old = aLock({ minutes: 32 });
  assert.equal(
    dangerOfUnlock({ locks: [old], unread: 0, reused: [old], hidden: [] }, NOW_MS),
    undefined,
  );
});

Deno.test("dangerOfUnlock() refuses where another user's process cannot be asked", () => {
  const other = aLock({ minutes: 1, holder: "unknown", username: "operator" });
  const said = dangerOfUnlock({ locks: [other], unread: 0, reused: [], hidden: [other] }, NOW_MS);
  assert.match(said!, /operator.*another user's/);
});

Deno.test("judgeUnlock() counts what went, and names who still holds the repository", () => {
  const none = { ids: [], locks: [], unread: 0 };
  assert.deepEqual(judgeUnlock({ ids: ["a", "b"] }, none), { removed: 2, kept: 0, error: null });
  const foreign = aLock({ minutes: 1, holder: "foreign", hostname: "db-01" });
  const left = { ids: ["b"], locks: [foreign], unread: 0 };
  const { removed, kept, error } = judgeUnlock({ ids: ["a", "b"] }, left);
  assert.deepEqual([removed, kept], [1, 1]);
  assert.match(error!, /process 4711 \(root\) on db-01.*another machine's.*Locks removed: 1/);
  const came = judgeUnlock({ ids: ["a"] }, { ids: ["c"], locks: [foreign], unread: 0 });
  assert.deepEqual([came.removed, came.kept], [1, 1]);
});
