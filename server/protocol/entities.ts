/**
 * @module The things that server, browser and agent talk about. One zod schema each; the schema is
 * the type. Times are ISO 8601 UTC strings on the wire, sizes bytes, durations seconds.
 */
import * as z from "zod";

export const Id = z.uuid().meta({ description: "UUIDv7" });
export const Timestamp = z.iso.datetime({ offset: false });

export const Role = z.enum(["viewer", "operator", "admin"]);
export type Role = z.infer<typeof Role>;

export const HostOs = z.enum(["linux", "windows"]);
export type HostOs = z.infer<typeof HostOs>;

/** Whether the agent can be talked to. Never says anything about the backups. */
export const AgentState = z.enum(["pending", "online", "degraded", "offline"]);
export type AgentState = z.infer<typeof AgentState>;

/** Whether the host is backed up (ui/DESIGN.md §3). Running is a job's state, not one of these. */
export const BackupState = z.enum(["failed", "never", "stale", "gaps", "good", "paused"]);
export type BackupState = z.infer<typeof BackupState>;

/** What keeps a host's next backup from working, or its last one from holding its whole set. */
export const Obstacle = z.enum([
  "restic_not_found",
  "restic_too_old",
  "wrong_password",
  "unauthorized",
  "repository_missing",
  "repository_replaced",
  "duplicate_identity",
  "repository_damaged",
  "no_paths",
  "set_changed",
]);
export type Obstacle = z.infer<typeof Obstacle>;

const Machine = z.object({ hostname: z.string(), address: z.string() });

/** Two machines that came with the identity of one host. */
export const IdentityConflict = z.object({
  holder: Machine.meta({ description: "The one that is served" }),
  other: Machine.meta({ description: "The one that is refused" }),
  present: z.boolean().meta({ description: "The other one still tries to connect" }),
  since: Timestamp,
  last_at: Timestamp,
});
export type IdentityConflict = z.infer<typeof IdentityConflict>;

/** Kinds of job this version can start. `JobKindTable` in jobs says what each needs. */
export const JobKind = z.enum(["init", "backup", "check", "unlock"]);
export type JobKind = z.infer<typeof JobKind>;

export const JobStatus = z.enum([
  "queued",
  "dispatched",
  "running",
  "succeeded",
  "warning",
  "failed",
  "cancelled",
  "interrupted",
]);
export type JobStatus = z.infer<typeof JobStatus>;

/** The statuses a job can end in. */
export const FinalJobStatus = z.enum([
  "succeeded",
  "warning",
  "failed",
  "cancelled",
  "interrupted",
]);
export type FinalJobStatus = z.infer<typeof FinalJobStatus>;

/** Why a job did not plainly succeed. Decided by the agent's classifier (agent/restic/classify.ts). */
export const ErrorClass = z.enum([
  "files_unreadable",
  "path_missing",
  "all_paths_missing",
  "repository_missing",
  "repository_exists",
  "wrong_password",
  "repository_locked",
  "append_only_refusal",
  "http_unauthorized",
  "network",
  "deadline",
  "no_space",
  "repository_damaged",
  "restic_not_found",
  "restic_too_old",
  "restic_crashed",
  "bad_output",
  "no_credentials",
  "snapshot_not_listed",
  "agent_restarted",
  "cancelled",
  "expired",
  "unknown",
]);
export type ErrorClass = z.infer<typeof ErrorClass>;

/** Paths, patterns and tags of a backup. Sent to restic literally, after `--` or in a file. */
export const BackupSet = z.object({
  paths: z.array(z.string()),
  excludes: z.array(z.string()),
  tags: z.array(z.string()),
  exclude_caches: z.boolean().optional().meta({
    description: "Leave out folders with a CACHEDIR.TAG",
  }),
  one_file_system: z.boolean().optional().meta({
    description: "Do not go into other file systems below a path",
  }),
  exclude_if_present: z.array(z.string()).optional().meta({
    description: "Leave out folders that hold a file of one of these names",
  }),
});
export type BackupSet = z.infer<typeof BackupSet>;

/** Limits in KiB/s, as restic counts them. Absent means unlimited. */
export const Bandwidth = z.object({
  limit_upload_kib_per_second: z.int().min(1).max(10_000_000).optional(),
  limit_download_kib_per_second: z.int().min(1).max(10_000_000).optional(),
});
export type Bandwidth = z.infer<typeof Bandwidth>;

/**
 * How much of the packs' data a check reads back. Without it a check finds what is missing, but no
 * bits that have flipped.
 */
export const ReadData = z.discriminatedUnion("how", [
  z.object({ how: z.literal("all") }).strict(),
  z.object({
    how: z.literal("percent"),
    percent: z.number().min(0.1).max(100).multipleOf(0.1).meta({ description: "Packs at random" }),
  }).strict(),
  z.object({
    how: z.literal("part"),
    part: z.int().min(1),
    of: z.int().min(1).max(256).meta({ description: "Each pack is in exactly one of the parts" }),
  }).strict().refine(({ part, of }) => part <= of, {
    message: "cannot be beyond the number of parts",
    path: ["part"],
  }),
  z.object({
    how: z.literal("size"),
    mib: z.int().min(1).max(1_000_000_000).meta({ description: "MiB of packs at random" }),
  }).strict(),
]);
export type ReadData = z.infer<typeof ReadData>;

const SnapshotId = z.string().regex(/^[0-9a-f]{8,64}$/);

/** What a schedule of this version can do. */
export const ScheduleKind = z.enum(["backup"]);
export type ScheduleKind = z.infer<typeof ScheduleKind>;

/** When a schedule fires (protocol/cron.ts). */
export const ScheduleTimes = z.object({
  cron: z.string().max(200).meta({ description: "Five fields, as 30 2 * * *" }),
  timezone: z.string().max(64).meta({ description: "IANA name, as Europe/Berlin" }),
  jitter_seconds: z.int().min(0).max(43_200).meta({
    description: "Runs begin up to so much later, always by the same amount on the same host",
  }),
  catch_up: z.boolean().meta({
    description: "One run makes up for those missed while the host slept or was off",
  }),
});
export type ScheduleTimes = z.infer<typeof ScheduleTimes>;

export const Schedule = z.object({
  id: Id,
  host_id: Id,
  name: z.string(),
  kind: ScheduleKind,
  ...ScheduleTimes.shape,
  backup_set: BackupSet.nullable().meta({ description: "null: the host's default backup set" }),
  bandwidth: Bandwidth,
  enabled: z.boolean(),
  created_at: Timestamp,
  changed_at: Timestamp,
  changed_by: z.string().nullable(),
  changed_in_version: z.int().meta({
    description: "The host's schedule_version that brought its last change",
  }),
});
export type Schedule = z.infer<typeof Schedule>;

/** Until when a host's schedules do not fire, and who wanted that. */
export const Pause = z.object({ until: Timestamp, by: z.string(), reason: z.string() });
export type Pause = z.infer<typeof Pause>;

/** Figures of a finished job. Which are present depends on its kind and on restic's version. */
export const JobStats = z.object({
  snapshot_id: SnapshotId.optional(),
  repository_id: z.string().max(64).optional(),
  files_new: z.int().min(0).optional(),
  files_changed: z.int().min(0).optional(),
  files_unmodified: z.int().min(0).optional(),
  files_processed: z.int().min(0).optional(),
  bytes_processed: z.int().min(0).optional(),
  bytes_added: z.int().min(0).optional(),
  bytes_stored: z.int().min(0).optional(),
  duration_seconds: z.number().min(0).optional(),
  error_count: z.int().min(0).optional(),
  snapshots_checked: z.int().min(0).optional(),
  packs_read: z.int().min(0).optional().meta({ description: "By a check that reads data" }),
  locks_removed: z.int().min(0).optional(),
  locks_kept: z.int().min(0).optional(),
});
export type JobStats = z.infer<typeof JobStats>;

export const ActorKind = z.enum(["user", "schedule", "agent", "system"]);
export type ActorKind = z.infer<typeof ActorKind>;

export const Job = z.object({
  id: Id,
  host_id: Id,
  host_name: z.string(),
  repository_id: Id,
  kind: JobKind,
  status: JobStatus,
  actor_kind: ActorKind,
  actor_id: z.string().nullable(),
  actor_name: z.string().nullable(),
  schedule_id: Id.nullable().meta({ description: "The schedule it is a run of" }),
  due_at: Timestamp.nullable().meta({
    description: "When it was due, of a run that the agent started by itself",
  }),
  is_catch_up: z.boolean().meta({ description: "It made up for runs missed since `due_at`" }),
  backup_set: BackupSet.nullable(),
  bandwidth: Bandwidth,
  read_data: ReadData.nullable().meta({ description: "Of a check; null: structure only" }),
  queued_at: Timestamp,
  dispatched_at: Timestamp.nullable(),
  started_at: Timestamp.nullable(),
  finished_at: Timestamp.nullable(),
  expires_at: Timestamp,
  cancel_requested_at: Timestamp.nullable(),
  exit_code: z.int().nullable(),
  error_class: ErrorClass.nullable(),
  error: z.string().nullable(),
  hint: z.string().nullable(),
  stats: JobStats.nullable(),
  log_lines: z.int(),
  log_truncated: z.boolean(),
  log_dropped_lines: z.int().meta({ description: "Lines that the limit of its log left out" }),
  log_removed_at: Timestamp.nullable().meta({
    description: "When its log was removed for its age",
  }),
  waiting_for: z.string().nullable().meta({
    description: "What a job that has not begun waits for",
  }),
});
export type Job = z.infer<typeof Job>;

export const LogStream = z.enum(["stdout", "stderr", "event"]);
export type LogStream = z.infer<typeof LogStream>;

export const LogLine = z.object({
  seq: z.int().min(1),
  ts: Timestamp,
  stream: LogStream,
  payload: z.string(),
});
export type LogLine = z.infer<typeof LogLine>;

export const Snapshot = z.object({
  id: SnapshotId,
  time: Timestamp,
  hostname: z.string(),
  username: z.string().nullable(),
  paths: z.array(z.string()),
  tags: z.array(z.string()),
  parent: z.string().nullable(),
  program_version: z.string().nullable(),
  size_bytes: z.int().min(0).nullable().meta({
    description: "null when restic did not record it",
  }),
  file_count: z.int().min(0).nullable(),
  added_bytes: z.int().min(0).nullable(),
});
export type Snapshot = z.infer<typeof Snapshot>;

/** What the agent found when it last reached for the repository. */
export const ProbeState = z.enum([
  "unknown",
  "ready",
  "missing",
  "unreachable",
  "wrong_password",
  "unauthorized",
  "locked",
  "restic_not_found",
  "error",
]);
export type ProbeState = z.infer<typeof ProbeState>;

/** Whether a lock's process is there: `foreign` ones nobody but their own machine can tell. */
export const LockHolder = z.enum(["dead", "alive", "foreign", "unknown"]);
export type LockHolder = z.infer<typeof LockHolder>;

/** A lock in a repository, as restic wrote it. Its time is by the clock of its own machine. */
export const RepositoryLock = z.object({
  hostname: z.string().max(256),
  username: z.string().max(256),
  pid: z.int().min(0),
  exclusive: z.boolean(),
  renewed_at: Timestamp.meta({ description: "restic renews a lock every 5 minutes" }),
  holder: LockHolder,
});
export type RepositoryLock = z.infer<typeof RepositoryLock>;

export const LockState = z.enum(["unknown", "unlocked", "locked"]);

/** What the last check that came to an end found: "failed" stands until a later one is good. */
export const CheckStatus = z.enum(["succeeded", "failed"]);
export type CheckStatus = z.infer<typeof CheckStatus>;

export const Repository = z.object({
  id: Id,
  host_id: Id,
  name: z.string(),
  url: z.string().meta({ description: "Without user or password" }),
  kind: z.enum(["rest"]),
  rest_username: z.string().nullable(),
  append_only: z.boolean(),
  initialised_at: Timestamp.nullable(),
  probe_state: ProbeState,
  probe_error: z.string().nullable(),
  probed_at: Timestamp.nullable(),
  size_bytes: z.int().nullable(),
  snapshot_count: z.int(),
  dedup_ratio: z.number().nullable(),
  compression_ratio: z.number().nullable(),
  stats_at: Timestamp.nullable(),
  last_check_at: Timestamp.nullable(),
  last_check_status: CheckStatus.nullable(),
  last_check_job_id: Id.nullable(),
  last_check_read_data: ReadData.nullable().meta({ description: "null: structure only" }),
  lock_state: LockState,
  locks: z.array(RepositoryLock).nullable().meta({ description: "null: not looked at yet" }),
  locks_at: Timestamp.nullable().meta({ description: "When the host last looked at them" }),
  restic_repository_id: z.string().nullable(),
  replaced_at: Timestamp.nullable().meta({
    description: "When another repository than before was found at the address, until accepted",
  }),
  replaced_restic_repository_id: z.string().nullable(),
  credential_changed_at: Timestamp,
});
export type Repository = z.infer<typeof Repository>;

/** What a repository held at the end of a day of the server's calendar. */
export const RepositoryDay = z.object({
  day: z.iso.date(),
  size_bytes: z.int(),
  snapshot_count: z.int(),
  dedup_ratio: z.number().nullable(),
  compression_ratio: z.number().nullable(),
});
export type RepositoryDay = z.infer<typeof RepositoryDay>;

/** What all repositories together held at the end of a day. */
export type StoredDay = Pick<RepositoryDay, "day" | "size_bytes">;

/** When a secret was last set, and by whom where a user did it. The secret itself is never answered. */
export const SecretChange = z.object({ changed_at: Timestamp, changed_by: z.string().nullable() });
export type SecretChange = z.infer<typeof SecretChange>;

/** SHA-256 of a TLS certificate. Taken in every way of writing, kept as 64 small hex digits. */
export const CertPin = z.string().regex(/^[0-9a-f]{64}$/, "64 hex digits");

export const Host = z.object({
  id: Id,
  name: z.string(),
  os: HostOs,
  os_version: z.string().nullable(),
  arch: z.string().nullable(),
  agent_hostname: z.string().nullable(),
  agent_version: z.string().nullable(),
  restic_version: z.string().nullable(),
  protocol_version: z.int().nullable(),
  status: AgentState,
  degraded_reasons: z.array(z.string()),
  clock_skew_seconds: z.number().nullable(),
  tags: z.array(z.string()),
  backup_set: BackupSet,
  goal_seconds: z.int(),
  cert_pins: z.array(CertPin).meta({
    description: "Certificates of the server that its agent talks to; empty: any that it trusts",
  }),
  created_at: Timestamp,
  enrolled_at: Timestamp.nullable(),
  schedule_count: z.int(),
  schedule_version: z.int().meta({ description: "Rises with every change of its schedules" }),
  applied_schedule_version: z.int().nullable().meta({
    description: "What its agent has in force; null: an agent that keeps no schedules, or none yet",
  }),
  schedule_refused: z.string().nullable().meta({
    description: "Why its agent does not apply the newest schedules",
  }),
  paused: Pause.nullable(),
  last_seen_at: Timestamp.nullable(),
  repository_id: Id.nullable(),
  repository_initialised_at: Timestamp.nullable(),
  current_job_id: Id.nullable(),
  backup_state: BackupState,
  obstacle: Obstacle.nullable().meta({ description: "What is in the way of the next backup" }),
  identity_conflict: IdentityConflict.nullable().meta({
    description: "Two machines with this host's identity, now or in the last 24 hours",
  }),
  last_backup_at: Timestamp.nullable(),
  last_backup_status: FinalJobStatus.nullable(),
  last_good_backup_at: Timestamp.nullable(),
  repo_size_bytes: z.int().nullable(),
  snapshot_count: z.int(),
});
export type Host = z.infer<typeof Host>;

export const AuditEntry = z.object({
  seq: z.int(),
  ts: Timestamp,
  actor: z.enum(["user", "agent", "system"]),
  user_id: Id.nullable(),
  actor_name: z.string().nullable(),
  ip: z.string().nullable(),
  action: z.string(),
  target_kind: z.string(),
  target_id: z.string().nullable(),
  payload: z.record(z.string(), z.unknown()),
  hash: z.string(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

export const User = z.object({
  id: Id,
  username: z.string(),
  role: Role,
  created_at: Timestamp,
  last_login_at: Timestamp.nullable(),
});
export type User = z.infer<typeof User>;
