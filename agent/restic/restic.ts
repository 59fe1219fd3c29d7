/**
 * @module restic as the agent uses it: typed operations in, one classified outcome out. The command
 * line is built from these fields only; nothing a person typed is ever an option.
 */
import type { ErrorClass, JobStats, ProbeState, Snapshot } from "../../server/protocol/entities.ts";
import type { BackupSet, Bandwidth } from "../../server/protocol/entities.ts";
import type { JobProgress } from "../../server/protocol/agent_messages.ts";

/** The repository and what opens it. Reaches restic by its own environment only. */
export interface RepositoryAccess {
  /** http(s) address without user and password. */
  url: string;
  rest_username: string | null;
  rest_password: string | null;
  password: string;
}

export interface ResticProgram {
  path: string;
  /** As 0.19.1 */
  version: string;
}

export type OperationEvent =
  | { type: "log"; stream: "stdout" | "stderr" | "event"; text: string }
  | { type: "progress"; progress: Omit<JobProgress, "type" | "job_id"> };

export interface Outcome {
  status: "succeeded" | "warning" | "failed" | "cancelled";
  /** restic's own; null if it never ran or died of a signal. */
  exit_code: number | null;
  error_class: ErrorClass | null;
  /** One or two sentences: what happened and what it means for the data. No secret. */
  error: string | null;
  stats: JobStats | null;
}

export interface OperationOptions {
  /** Aborting it cancels: SIGINT, 90 s, kill, then our own stale lock is cleared. */
  signal: AbortSignal;
  onEvent(event: OperationEvent): void;
}

export interface RepositoryStats {
  size_bytes: number;
  snapshot_count: number;
  dedup_ratio: number | null;
  compression_ratio: number | null;
  lock_state: "unknown" | "locked" | "unlocked";
}

export interface ProbeResult {
  state: ProbeState;
  restic_repository_id: string | null;
  error: string | null;
  took_seconds: number;
}

export interface ResticOptions {
  program: ResticProgram;
  access: RepositoryAccess;
  /** RESTIC_CACHE_DIR, always set. */
  cache_dir: string;
  /** For the files of one run (0600), removed after it. */
  work_dir: string;
  reach_deadline_seconds: number;
}

export class Restic {
  constructor(_options: ResticOptions) {}
  init(_options: OperationOptions): Promise<Outcome> {
    throw new Error("not written yet");
  }
  backup(_set: BackupSet, _bandwidth: Bandwidth, _options: OperationOptions): Promise<Outcome> {
    throw new Error("not written yet");
  }
  /** The whole list, oldest first. */
  snapshots(
    _options: OperationOptions,
  ): Promise<{ outcome: Outcome; snapshots: Snapshot[] | undefined }> {
    throw new Error("not written yet");
  }
  stats(
    _options: OperationOptions,
  ): Promise<{ outcome: Outcome; stats: RepositoryStats | undefined }> {
    throw new Error("not written yet");
  }
  /** `cat config` without a lock: is a repository there and can we read it. */
  probe(_signal: AbortSignal): Promise<ProbeResult> {
    throw new Error("not written yet");
  }
}
