/**
 * @module Who holds locks in the repository, and whether `restic unlock` is safe. restic takes a lock
 * for stale when nobody renewed it for 30 minutes by the clock of whoever asks, or when its process
 * on the same machine is gone; only the second is something that this machine knows.
 */
import { userInfo } from "node:os";
import type { LockHolder, RepositoryLock } from "../../server/protocol/entities.ts";
import { LOCKS_TOLD_MAX } from "../../server/protocol/limits.ts";
import { classify } from "./classify.ts";
import { parseLock, parseLockIds, type ResticLock } from "./documents.ts";
import type { ResticOptions } from "./restic.ts";
import { type Run, runRestic } from "./run.ts";

/** restic's own limit is 30 minutes; less, for the time until it looks itself. */
const STALE_AFTER_MS = 28 * 60_000;
/** Older than that restic asks for no process any more. */
const STALE_FOR_RESTIC_MS = 31 * 60_000;

export interface ReadLocks {
  /** The listing, which may have failed. */
  run: Run;
  /** All there are, read or not. */
  ids: string[];
  /** Those that could be read, oldest first. */
  locks: RepositoryLock[];
  /** Locks that are there and could not be read, or were beyond the limit. */
  unread: number;
  /** Locks whose process number another program has now: restic would send it a signal. */
  reused: RepositoryLock[];
  /** Locks of another user of this machine, whose processes restic may not ask. */
  hidden: RepositoryLock[];
}

/** Reads the repository's locks without taking one; at most `limit` of them. */
export async function readLocks(
  options: ResticOptions,
  { signal, limit }: { signal: AbortSignal; limit: number },
): Promise<ReadLocks> {
  const run = await runRestic(options, { name: "list locks" }, { signal });
  const ids = classify(run).status === "succeeded" ? parseLockIds(run.document) : [];
  const locks: RepositoryLock[] = [];
  const reused: RepositoryLock[] = [];
  const hidden: RepositoryLock[] = [];
  let unread = Math.max(0, ids.length - limit);
  for (const lock_id of ids.slice(0, limit)) {
    const one = await runRestic(options, { name: "cat lock", lock_id }, { signal });
    const lock = parseLock(one.document);
    if (lock === undefined) {
      // A lock that is gone by now was somebody's who has finished.
      if (!isGone(one)) unread++;
      continue;
    }
    const { holder, odd } = await holderOf(lock);
    locks.push({ ...lock, holder });
    if (odd === "reused") reused.push({ ...lock, holder });
    if (odd === "hidden") hidden.push({ ...lock, holder });
  }
  locks.sort((a, b) => a.renewed_at < b.renewed_at ? -1 : 1);
  return { run, ids, locks, unread, reused, hidden };
}

/** Whether a backup has to wait; "unknown" if a lock could not be read. */
export function lockState(
  { run, locks, unread }: ReadLocks,
): "unknown" | "locked" | "unlocked" {
  if (classify(run).status !== "succeeded") return "unknown";
  if (locks.some((lock) => lock.exclusive)) return "locked";
  return unread > 0 ? "unknown" : "unlocked";
}

/** The locks that are told of; undefined where they could not be read. Never throws. */
export async function heldLocks(
  options: ResticOptions,
  signal: AbortSignal,
): Promise<RepositoryLock[] | undefined> {
  try {
    const held = await readLocks(options, { signal, limit: LOCKS_TOLD_MAX });
    return lockState(held) === "unknown" ? undefined : held.locks;
  } catch {
    return undefined; // The probe itself has its answer.
  }
}

/** Why `restic unlock` might remove a lock that is in use (sentences), or undefined: it is safe. */
export function dangerOfUnlock(
  { locks, unread, reused, hidden }: Omit<ReadLocks, "run" | "ids">,
  now_ms: number,
): string | undefined {
  if (unread > 0) {
    return `${unread} of the locks could not be read, so it is not known whose they are. ` +
      "Nothing was removed.";
  }
  const young = reused.find((lock) => ageMs(lock, now_ms) < STALE_FOR_RESTIC_MS);
  if (young !== undefined) {
    return `${describeLock(young)} is of a process that is gone, but another program has its ` +
      "number now, and restic would send that a signal. Nothing was removed. Run it again when " +
      "the lock is more than 30 minutes old.";
  }
  if (hidden.length > 0) {
    return `${describeLock(hidden[0]!)} is another user's: restic may not ask its process, and ` +
      `would take it for gone. Nothing was removed. Run restic unlock as that user.`;
  }
  const risky = locks.find((lock) => wouldBeWrong(lock, now_ms));
  if (risky === undefined) return undefined;
  const what = `${describeLock(risky)} is older than 30 minutes, so restic would remove it.`;
  return risky.holder === "foreign"
    ? `${what} Whether its process still runs, only ${risky.hostname} can tell. Nothing was ` +
      `removed. If nothing of restic runs there, run restic unlock there.`
    : `${what} But its process is there. Nothing was removed. Look at process ${risky.pid} on ` +
      "this host.";
}

/** A lock that restic's rule calls stale by its age alone, and that is not known to be dead. */
function wouldBeWrong(lock: RepositoryLock, now_ms: number): boolean {
  const is_old = ageMs(lock, now_ms) >= STALE_AFTER_MS;
  return is_old && (lock.holder === "foreign" || lock.holder === "alive");
}

function ageMs(lock: RepositoryLock, now_ms: number): number {
  return now_ms - Date.parse(lock.renewed_at);
}

/** One lock in words, as the begin of a sentence. */
export function describeLock({ hostname, username, pid, exclusive, renewed_at }: ResticLock) {
  const kind = exclusive ? "The exclusive lock" : "The lock";
  return `${kind} of process ${pid} (${username || "unknown user"}) on ${hostname || "unknown"}, ` +
    `last renewed ${renewed_at},`;
}

/** What came of an unlock: how many locks went, and what is in the way still. */
export function judgeUnlock(
  before: Pick<ReadLocks, "ids">,
  after: Pick<ReadLocks, "ids" | "locks" | "unread">,
): { removed: number; kept: number; error: string | null } {
  const kept = before.ids.filter((id) => after.ids.includes(id)).length;
  const removed = before.ids.length - kept;
  if (after.ids.length === 0) return { removed, kept: 0, error: null };
  const [first] = after.locks;
  const whose = first === undefined ? "A lock that cannot be read stays." : whyKept(first);
  const more = after.ids.length > 1 ? ` And ${after.ids.length - 1} more.` : "";
  const went = removed === 0 ? "No lock was removed." : `Locks removed: ${removed}.`;
  return { removed, kept: after.ids.length, error: `${whose}${more} ${went}` };
}

function whyKept(lock: RepositoryLock): string {
  const why: Record<LockHolder, string> = {
    foreign: `stays: it is another machine's, and in use as far as restic can tell. Wait for it, ` +
      `or look at ${lock.hostname}.`,
    alive: "stays: its process is at work. Wait for it.",
    dead: "stays although its process is gone. Run it again in a moment.",
    unknown: "stays: restic found its process at work.",
  };
  return `${describeLock(lock)} ${why[lock.holder]}`;
}

/** Whose lock it is, as far as this machine can tell. */
async function holderOf(
  lock: ResticLock,
): Promise<{ holder: LockHolder; odd?: "reused" | "hidden" }> {
  if (lock.hostname !== Deno.hostname()) return { holder: "foreign" };
  if (Deno.build.os !== "linux" || lock.pid === 0) return { holder: "unknown" };
  if (Deno.uid() !== 0 && lock.username !== userInfo().username) {
    return { holder: "unknown", odd: "hidden" };
  }
  try {
    const program = await Deno.readTextFile(`/proc/${lock.pid}/comm`);
    if (!program.includes("restic")) return { holder: "dead", odd: "reused" };
    // Root, too, may not signal others where its capabilities are bounded, as systemd's unit does.
    const { uid } = await Deno.stat(`/proc/${lock.pid}`);
    return uid === Deno.uid() ? { holder: "alive" } : { holder: "alive", odd: "hidden" };
  } catch (error) {
    return { holder: error instanceof Deno.errors.NotFound ? "dead" : "alive" };
  }
}

function isGone(run: Run): boolean {
  const said = [run.findings.exit_message ?? "", ...run.findings.stderr_tail].join("\n");
  return /does not exist|no such file|404/.test(said);
}
