/** @module Whose a lock is, and what may be done with it, in words. Pure. */
import type { LockHolder, Repository } from "../../server/protocol/entities.ts";
import { ago } from "../format.ts";
import { visibleText } from "../job/visible_text.ts";
import type { HostCause } from "./host_causes.ts";

const HOLDERS: Record<LockHolder, string> = {
  dead: "Its process is gone: Unlock removes it, and that is safe.",
  alive: "Its process is at work on this host.",
  foreign: "Of another machine: only there it can be seen whether it is at work.",
  unknown: "Of this host; whether its process is there is not known.",
};

/** What is known of a lock's process, and what that means. */
export function holderText(holder: LockHolder): string {
  return HOLDERS[holder];
}

/** A note about the lock that keeps backups waiting, or checks from running. */
export function lockedCause(repository: Repository, now_ms: number): HostCause | undefined {
  const { locks, locks_at, lock_state, stats_at, probe_state } = repository;
  if (probe_state === "locked") return undefined;
  if (locks !== null && locks_at !== null) {
    const lock = locks.find((one) => one.exclusive) ?? locks.find((one) => one.holder === "dead");
    if (lock === undefined) return undefined;
    const { exclusive, pid, hostname, holder } = lock;
    return {
      tone: "warn",
      title: `${exclusive ? "Held alone" : "A lock was left"} by process ${pid} on ${
        visibleText(hostname)
      }.`,
      text: `${holderText(holder)} ${
        exclusive
          ? "Backups do not run as long as it is there."
          : "Backups go on, but a check or a prune does not."
      } The agent looked ${ago(Date.parse(locks_at), now_ms)}.`,
    };
  }
  // An older agent counts locks with the figures, and does not say whose they are.
  if (lock_state !== "locked" || stats_at === null) return undefined;
  return {
    tone: "warn",
    title: `Somebody held the repository alone ${ago(Date.parse(stats_at), now_ms)}.`,
    text:
      "A prune or a check does so. A backup waits as long as it lasts. Whose lock it is, is not known.",
  };
}
