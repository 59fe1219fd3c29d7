/** @module How far a running job is, in one place for every page that says it. Pure. */
import type { JobProgress } from "../../server/protocol/agent_messages.ts";

type Known = Pick<JobProgress, "phase" | "percent_done" | "total_files" | "total_bytes">;

/** Whole percent, never 100 before the end. Null until restic has found something to back up. */
export function percentDone(progress: Known | null | undefined): number | null {
  if (progress == null || (progress.total_files === 0 && progress.total_bytes === 0)) return null;
  return Math.min(99, Math.floor(progress.percent_done * 100 + 1e-9));
}

/** True while restic uploads what it has read: it counts what it reads, not what it sends. */
export function isAllRead(progress: Known | null | undefined): boolean {
  return progress?.phase === "uploading" && progress.percent_done >= 1;
}

const PHASE_WORDS: Record<JobProgress["phase"], string> = {
  starting: "Starting",
  scanning: "Scanning",
  uploading: "Uploading",
  finishing: "Finishing",
  listing: "Listing snapshots",
  loading_index: "Loading the index",
  checking_packs: "Checking packs",
  checking_snapshots: "Checking snapshots",
  reading_data: "Reading data back",
};

/** What a job does while no percent is known, as "Scanning". */
export function phaseWord(progress: Known | null | undefined): string {
  return progress == null ? "Starting" : PHASE_WORDS[progress.phase];
}
