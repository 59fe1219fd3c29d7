/**
 * @module What an agent sends. Reports (those with a `report` field) are kept by the agent until the
 * server acknowledged them after COMMIT; progress and heartbeats may be lost. The host's identity
 * comes from its credential, never from a message.
 */
import * as z from "zod";
import {
  BackupSet,
  Bandwidth,
  ErrorClass,
  FinalJobStatus,
  Id,
  JobKind,
  JobStats,
  LockState,
  LogLine,
  ProbeState,
  RepositoryLock,
  Snapshot,
  Timestamp,
} from "./entities.ts";
import { EPOCH_MAX, LOCKS_TOLD_MAX, LOG_BATCH_MAX_LINES, SNAPSHOT_PAGE_ROWS } from "./limits.ts";

const text = (max: number) => z.string().max(max);

/** Names a report: sequence numbers rise by one within an agent run (a random id per start). */
export const ReportKey = z.object({ run_id: Id, seq: z.int().min(1) });
export type ReportKey = z.infer<typeof ReportKey>;

export const Hello = z.object({
  type: z.literal("hello"),
  protocol_version: z.int(),
  agent_version: text(64),
  run_id: Id,
  os: z.enum(["linux", "windows"]),
  os_version: text(256),
  arch: text(32),
  hostname: text(256),
  restic_version: text(64).nullable(),
  restic_error: text(512).nullable(),
  running_jobs: z.array(Id).max(64).meta({
    description: "Jobs that run, and those whose job.finished still waits to be acknowledged",
  }),
  config_version: z.int().min(0),
  problems: z.array(text(512)).max(8).optional().meta({
    description: "What is wrong with the agent itself, in sentences for the host's page",
  }),
  command_counter: z.int().min(0).meta({
    description: "Highest command counter seen in that epoch",
  }),
  schedule_version: z.int().min(0).optional().meta({
    description: "Of the schedules in force; absent: this agent keeps none",
  }),
  epoch: z.int().min(0).max(EPOCH_MAX).optional().meta({ description: "Highest epoch seen" }),
  time: Timestamp,
});
export type Hello = z.infer<typeof Hello>;

export const Heartbeat = z.object({ type: z.literal("heartbeat"), time: Timestamp });

/** The answer to a ping, at once and with its nonce. */
export const Pong = z.object({ type: z.literal("pong"), nonce: Id });

/** Commands that the agent stored or carried out: the server stops resending them. */
export const CommandAck = z.object({
  type: z.literal("ack"),
  command_ids: z.array(Id).max(1000),
});

export const ConfigAck = z.object({ type: z.literal("config.ack"), config_version: z.int() });

/** The schedules that are in force on the host; `refused` says why a newer set is not. */
export const ScheduleAck = z.object({
  type: z.literal("schedule.ack"),
  schedule_version: z.int().min(0),
  refused: text(512).nullable(),
});
export type ScheduleAck = z.infer<typeof ScheduleAck>;

/**
 * A job that a schedule of the host makes, from disk and also without the server: it is known from
 * here on, and begins with `job.started` like any other.
 */
export const JobScheduled = z.object({
  type: z.literal("job.scheduled"),
  report: ReportKey,
  job_id: Id,
  kind: JobKind,
  schedule_id: Id,
  schedule_version: z.int().min(0),
  due_at: Timestamp,
  is_catch_up: z.boolean().meta({ description: "It makes up for runs missed since `due_at`" }),
  scheduled_at: Timestamp,
  expires_at: Timestamp,
  backup_set: BackupSet.nullable(),
  bandwidth: Bandwidth,
});
export type JobScheduled = z.infer<typeof JobScheduled>;

export const JobStarted = z.object({
  type: z.literal("job.started"),
  report: ReportKey,
  job_id: Id,
  kind: JobKind,
  started_at: Timestamp,
});
export type JobStarted = z.infer<typeof JobStarted>;

export const JobProgress = z.object({
  type: z.literal("job.progress"),
  job_id: Id,
  phase: z.enum([
    "starting",
    "scanning",
    "uploading",
    "finishing",
    "listing",
    "loading_index",
    "checking_packs",
    "checking_snapshots",
    "reading_data",
  ]),
  percent_done: z.number().min(0).max(1),
  files_done: z.int().min(0).meta({ description: "Of a check the phase's snapshots or packs" }),
  total_files: z.int().min(0),
  bytes_done: z.int().min(0),
  total_bytes: z.int().min(0),
  error_count: z.int().min(0),
  eta_seconds: z.int().min(0).nullable(),
  throughput_bytes_per_second: z.int().min(0).nullable(),
  current_files: z.array(text(4096)).max(8),
});
export type JobProgress = z.infer<typeof JobProgress>;

export const LogStreamMessage = z.object({
  type: z.literal("log.stream"),
  report: ReportKey,
  job_id: Id,
  lines: z.array(LogLine).min(1).max(LOG_BATCH_MAX_LINES),
});
export type LogStreamMessage = z.infer<typeof LogStreamMessage>;

export const JobFinished = z.object({
  type: z.literal("job.finished"),
  report: ReportKey,
  job_id: Id,
  kind: JobKind,
  status: FinalJobStatus,
  exit_code: z.int().min(-0x8000_0000).max(0xffff_ffff).nullable().meta({
    description: "Beyond 255 on Windows, where a crash is a code of 32 bits",
  }),
  error_class: ErrorClass.nullable(),
  error: text(4000).nullable(),
  stats: JobStats.nullable(),
  log_lines: z.int().min(0),
  started_at: Timestamp.nullable(),
  finished_at: Timestamp,
});
export type JobFinished = z.infer<typeof JobFinished>;

const READ_WITH = z.int().min(0).optional().meta({
  description: "The config that it was read with: of an older one it may be another repository's",
});

const LOCKS = z.array(RepositoryLock).max(LOCKS_TOLD_MAX).optional().meta({
  description: "Who holds locks; absent: not known",
});

/** The whole snapshot list in pages; the last page replaces what the server had. */
export const SnapshotsReport = z.object({
  type: z.literal("snapshots.report"),
  report: ReportKey,
  listing_id: Id,
  config_version: READ_WITH,
  page: z.int().min(1),
  pages: z.int().min(1).max(2000),
  snapshots: z.array(Snapshot).max(SNAPSHOT_PAGE_ROWS),
});
export type SnapshotsReport = z.infer<typeof SnapshotsReport>;

export const RepoStats = z.object({
  type: z.literal("repo.stats"),
  report: ReportKey,
  config_version: READ_WITH,
  size_bytes: z.int().min(0),
  snapshot_count: z.int().min(0),
  dedup_ratio: z.number().min(0).nullable(),
  compression_ratio: z.number().min(0).nullable(),
  last_check_at: Timestamp.nullable(),
  last_check_status: text(64).nullable(),
  lock_state: LockState,
  locks: LOCKS,
});
export type RepoStats = z.infer<typeof RepoStats>;

/** What the agent found when it reached for its repository after new credentials arrived. */
export const RepositoryProbed = z.object({
  type: z.literal("repository.probed"),
  report: ReportKey,
  config_version: z.int(),
  state: ProbeState,
  restic_repository_id: text(64).nullable(),
  error: text(2000).nullable(),
  took_seconds: z.number().min(0),
  locks: LOCKS,
  probed_at: Timestamp,
});
export type RepositoryProbed = z.infer<typeof RepositoryProbed>;

export const AgentMessage = z.discriminatedUnion("type", [
  Hello,
  Heartbeat,
  Pong,
  CommandAck,
  ConfigAck,
  ScheduleAck,
  JobScheduled,
  JobStarted,
  JobProgress,
  LogStreamMessage,
  JobFinished,
  SnapshotsReport,
  RepoStats,
  RepositoryProbed,
]);
export type AgentMessage = z.infer<typeof AgentMessage>;

/** A hello of any version, read loosely so that a foreign version gets its name and not a parse error. */
export const AnyHello = z.looseObject({ type: z.literal("hello"), protocol_version: z.int() });

/** The messages that are kept until acknowledged. */
export type Report = Extract<AgentMessage, { report: ReportKey }>;
