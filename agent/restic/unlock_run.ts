/** @module Removing stale locks: looks whose they are, removes them if that is safe, looks again. */
import type { OperationOptions, Outcome, ResticOptions } from "./restic.ts";
import { dangerOfUnlock, describeLock, judgeUnlock, readLocks } from "./locks.ts";
import { failure, isGood } from "./outcome.ts";
import { type Run, runRestic } from "./run.ts";

/** Of more locks it keeps its hands off. */
const LOCKS_READ_MAX = 64;

/** Runs `restic unlock` unless it might remove a lock that is in use. `clean` takes secrets out. */
export async function unlockRepository(
  restic: ResticOptions,
  { signal, onEvent }: OperationOptions,
  { outcomeOf, clean }: { outcomeOf(run: Run): Outcome; clean(error: string): string },
): Promise<Outcome> {
  const look = { signal, limit: LOCKS_READ_MAX };
  const before = await readLocks(restic, look);
  const listed = outcomeOf(before.run);
  if (!isGood(listed)) return listed;
  for (const lock of before.locks) {
    const text = clean(`${describeLock(lock)} ${HOLDS[lock.holder]}`);
    onEvent({ type: "log", stream: "event", text });
  }
  if (before.ids.length === 0) {
    onEvent({ type: "log", stream: "event", text: "the repository has no locks" });
    return { ...listed, stats: { locks_removed: 0, locks_kept: 0 } };
  }
  const danger = dangerOfUnlock(before, Date.now());
  if (danger !== undefined) return failure("repository_locked", clean(danger));
  const outcome = outcomeOf(await runRestic(restic, { name: "unlock" }, { signal, onEvent }));
  if (!isGood(outcome)) return outcome;
  const after = await readLocks(restic, look);
  const looked = outcomeOf(after.run);
  if (!isGood(looked)) return looked;
  const { removed, kept, error } = judgeUnlock(before, after);
  const stats = { locks_removed: removed, locks_kept: kept };
  onEvent({ type: "log", stream: "event", text: `locks removed: ${removed}, kept: ${kept}` });
  return error === null
    ? { ...outcome, stats }
    : { ...failure("repository_locked", clean(error)), stats };
}

const HOLDS = {
  dead: "is of a process of this host that is gone",
  alive: "is of a process of this host that is there",
  foreign: "is another machine's",
  unknown: "is this host's",
} as const;
