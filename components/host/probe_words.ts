/** @module What the agent found at a repository, in a few words. Pure. */
import type { ProbeState } from "../../server/protocol/entities.ts";

export const PROBE_WORDS: Record<ProbeState, string> = {
  unknown: "not tried yet",
  ready: "opens",
  missing: "not there",
  unreachable: "server out of reach",
  wrong_password: "wrong password",
  unauthorized: "refused by the server",
  locked: "locked",
  restic_not_found: "no restic on the host",
  error: "cannot be opened",
};

/** True if somebody has to do something before the next backup can work. */
export function isBadProbe(state: ProbeState): boolean {
  return state !== "ready" && state !== "unknown";
}
