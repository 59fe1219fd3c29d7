/** @module Why a repository could not be opened, as the state that is told of it (pure). */
import type { ErrorClass, ProbeState } from "../../server/protocol/entities.ts";

/** Every other class of error is the state `error`. */
export const PROBE_STATES: Partial<Record<ErrorClass, ProbeState>> = {
  repository_missing: "missing",
  wrong_password: "wrong_password",
  http_unauthorized: "unauthorized",
  repository_locked: "locked",
  network: "unreachable",
  deadline: "unreachable",
  restic_not_found: "restic_not_found",
};
