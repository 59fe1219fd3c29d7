/** @module What an operation's outcome is made of (pure). */
import type { ErrorClass } from "../../server/protocol/entities.ts";
import type { Outcome } from "./restic.ts";

/** True if the operation did its work, perhaps with gaps. */
export function isGood(outcome: Outcome): boolean {
  return outcome.status === "succeeded" || outcome.status === "warning";
}

/** An outcome that restic itself did not decide. */
export function failure(error_class: ErrorClass, error: string): Outcome {
  return { status: "failed", exit_code: null, error_class, error, stats: null };
}
