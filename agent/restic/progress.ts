/** @module restic's status lines to the progress that a person sees (pure; takes the time). */
import type { JobStats } from "../../server/protocol/entities.ts";
import type { OperationEvent } from "./restic.ts";
import type { Status } from "./output.ts";

/** The progress of an operation as it is reported. */
export type Progress = Extract<OperationEvent, { type: "progress" }>["progress"];

/** A reading weighs e times less after this many seconds. */
const AVERAGE_SECONDS = 10;
const FILES_MAX = 8;
const FILE_MAX_CHARS = 4096;

/** Before restic said anything about the work. */
export function startingProgress(phase: Progress["phase"]): Progress {
  return {
    phase,
    percent_done: 0,
    files_done: 0,
    total_files: 0,
    bytes_done: 0,
    total_bytes: 0,
    error_count: 0,
    eta_seconds: null,
    throughput_bytes_per_second: null,
    current_files: [],
  };
}

/** After restic's summary: what it read is all there is. */
export function endingProgress(phase: "finishing" | "listing", stats: JobStats | null): Progress {
  const files = stats?.files_processed ?? 0;
  const bytes = stats?.bytes_processed ?? 0;
  return {
    ...startingProgress(phase),
    percent_done: 1,
    files_done: files,
    total_files: files,
    bytes_done: bytes,
    total_bytes: bytes,
    error_count: stats?.error_count ?? 0,
  };
}

/**
 * Turns status lines into progress with a smoothed speed of reading and the time left. restic counts
 * what it has read: when that is all, the upload goes on for an unknown time.
 */
export class ProgressMeter {
  #last: { at_seconds: number; status: Status } | undefined;
  #read_at_seconds = 0;
  #bytes_per_second: number | undefined;

  /** The progress after one status line. `at_seconds` is any clock that only rises. */
  read(status: Status, at_seconds: number): Progress {
    const growing = this.#last === undefined || status.total_files > this.#last.status.total_files;
    this.#measure(status, at_seconds);
    const all_read = status.percent_done >= 1;
    const waits = all_read || at_seconds - this.#read_at_seconds >= AVERAGE_SECONDS;
    const throughput = waits ? undefined : this.#bytes_per_second;
    return {
      phase: growing ? "scanning" : "uploading",
      percent_done: status.percent_done,
      files_done: status.files_done,
      total_files: status.total_files,
      bytes_done: status.bytes_done,
      total_bytes: status.total_bytes,
      error_count: status.error_count,
      eta_seconds: all_read ? null : status.seconds_remaining ?? secondsLeft(status, throughput),
      throughput_bytes_per_second: throughput === undefined ? null : Math.round(throughput),
      current_files: status.current_files.slice(0, FILES_MAX).map((file) =>
        file.slice(0, FILE_MAX_CHARS)
      ),
    };
  }

  #measure(status: Status, at_seconds: number): void {
    const last = this.#last;
    if (last === undefined) {
      this.#last = { at_seconds, status };
      this.#read_at_seconds = at_seconds;
      return;
    }
    if (status.bytes_done > last.status.bytes_done) this.#read_at_seconds = at_seconds;
    const seconds = at_seconds - last.at_seconds;
    if (seconds <= 0) return;
    const rate = Math.max(0, status.bytes_done - last.status.bytes_done) / seconds;
    const weight = 1 - Math.exp(-seconds / AVERAGE_SECONDS);
    this.#bytes_per_second = this.#bytes_per_second === undefined
      ? rate
      : this.#bytes_per_second + weight * (rate - this.#bytes_per_second);
    this.#last = { at_seconds, status };
  }
}

function secondsLeft(status: Status, bytes_per_second: number | undefined): number | null {
  if (bytes_per_second === undefined || bytes_per_second < 1) return null;
  const left = Math.max(0, status.total_bytes - status.bytes_done);
  return Math.min(Math.ceil(left / bytes_per_second), 365 * 86_400);
}
