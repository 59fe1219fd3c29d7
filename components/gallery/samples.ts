/** @module Believable hosts, jobs and snapshots for the gallery, of one fixed moment. Pure. */
import type { Actor } from "../../server/auth/permissions.ts";
import type { JobProgress } from "../../server/protocol/agent_messages.ts";
import type { AuditEntry, Host, Job, Snapshot } from "../../server/protocol/entities.ts";

/** The gallery's now: Thu 12 Nov 2026, 09:42:05 CET. */
export const NOW_MS = Date.parse("2026-11-12T08:42:05Z");

/** Who looks at the gallery's hosts. */
export const SAMPLE_ADMIN: Actor = {
  kind: "user",
  id: null,
  name: "admin",
  role: "admin",
  ip: null,
};

/** A UUIDv7 that ends in this number. */
export function sampleId(n: number): string {
  return `019a7000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;
}

/** Milliseconds before the gallery's now, as ISO 8601. */
export function hoursAgo(hours: number): string {
  return new Date(NOW_MS - hours * 3_600_000).toISOString();
}

/** A host that is backed up, but for what is told. */
export function sampleHost(n: number, more: Partial<Host> = {}): Host {
  return {
    id: sampleId(n),
    name: `web-0${n}`,
    os: "linux",
    os_version: "Debian 13",
    arch: "x86_64",
    agent_hostname: `web-0${n}.lab.example`,
    agent_version: "0.1.0",
    restic_version: "0.19.1",
    protocol_version: 1,
    status: "online",
    degraded_reasons: [],
    clock_skew_seconds: 0,
    tags: ["prod"],
    backup_set: { paths: ["/etc", "/srv"], excludes: [], tags: [] },
    goal_seconds: 93_600,
    cert_pins: [],
    created_at: hoursAgo(5000),
    enrolled_at: hoursAgo(5000),
    schedule_count: 0,
    schedule_version: 0,
    applied_schedule_version: 0,
    schedule_refused: null,
    paused: null,
    last_seen_at: hoursAgo(0.001),
    repository_id: sampleId(n),
    repository_initialised_at: hoursAgo(5000),
    current_job_id: null,
    backup_state: "good",
    obstacle: null,
    identity_conflict: null,
    last_backup_at: hoursAgo(7),
    last_backup_status: "succeeded",
    last_good_backup_at: hoursAgo(7),
    repo_size_bytes: 63_000_000_000,
    snapshot_count: 214,
    ...more,
  };
}

/** A host in each state, worst first. */
export const SAMPLE_HOSTS: Host[] = [
  sampleHost(1, {
    name: "db-primary",
    backup_state: "failed",
    last_backup_status: "failed",
    last_good_backup_at: hoursAgo(31),
  }),
  sampleHost(2, {
    name: "new-host",
    backup_state: "never",
    repository_initialised_at: null,
    last_backup_at: null,
    last_backup_status: null,
    last_good_backup_at: null,
    repo_size_bytes: null,
    snapshot_count: 0,
  }),
  sampleHost(3, {
    name: "laptop-07",
    os: "windows",
    status: "offline",
    backup_state: "stale",
    last_good_backup_at: hoursAgo(80),
  }),
  sampleHost(4, {
    name: "win-file01-with-a-name-as-long-as-names-can-be-which-is-64-chars",
    os: "windows",
    backup_state: "gaps",
    last_backup_status: "warning",
  }),
  sampleHost(5, { status: "degraded", degraded_reasons: ["restic 0.16.5 is too old"] }),
  sampleHost(6),
  sampleHost(7, { name: "nas-media", backup_state: "paused" }),
  sampleHost(8, { name: "pi-garage", status: "pending", enrolled_at: null, backup_state: "never" }),
];

/** 30 days with every code there is. */
export const SAMPLE_DAYS = "nnnoooooowooofoommpppooooooord";

/** A backup that succeeded, but for what is told. */
export function sampleJob(n: number, more: Partial<Job> = {}): Job {
  return {
    id: sampleId(256 + n),
    host_id: sampleId(1),
    host_name: "db-primary",
    repository_id: sampleId(1),
    kind: "backup",
    status: "succeeded",
    actor_kind: "user",
    actor_id: null,
    actor_name: "operator",
    schedule_id: null,
    due_at: null,
    is_catch_up: false,
    backup_set: null,
    bandwidth: {},
    read_data: null,
    queued_at: hoursAgo(n + 0.1),
    dispatched_at: hoursAgo(n + 0.1),
    started_at: hoursAgo(n + 0.1),
    finished_at: hoursAgo(n),
    expires_at: hoursAgo(n - 24),
    cancel_requested_at: null,
    exit_code: 0,
    error_class: null,
    error: null,
    hint: null,
    stats: null,
    log_lines: 12,
    log_truncated: false,
    log_dropped_lines: 0,
    log_removed_at: null,
    waiting_for: null,
    ...more,
  };
}

const BEFORE_IT_RAN = { started_at: null, finished_at: null, exit_code: null };

/** A job in each state. */
export const SAMPLE_JOBS: Job[] = [
  sampleJob(1, { status: "queued", waiting_for: "laptop-07 to connect", ...BEFORE_IT_RAN }),
  sampleJob(2, { status: "dispatched", ...BEFORE_IT_RAN }),
  sampleJob(3, { status: "running", finished_at: null, exit_code: null }),
  sampleJob(4),
  sampleJob(5, { status: "warning", exit_code: 3 }),
  sampleJob(6, {
    status: "failed",
    exit_code: 12,
    error_class: "wrong_password",
    error: "Fatal: wrong password or no key found",
  }),
  sampleJob(7, { status: "cancelled", error_class: "cancelled" }),
  sampleJob(8, { status: "interrupted" }),
];

/** A backup at 62 %. */
export const SAMPLE_PROGRESS: JobProgress = {
  type: "job.progress",
  job_id: sampleId(259),
  phase: "uploading",
  percent_done: 0.62,
  files_done: 11_402,
  total_files: 18_445,
  bytes_done: 38_800_000_000,
  total_bytes: 62_600_000_000,
  error_count: 2,
  eta_seconds: 252,
  throughput_bytes_per_second: 96_000_000,
  current_files: ["/srv/www/static/images/picture.jpg"],
};

/** Two days of snapshots. */
export const SAMPLE_SNAPSHOTS: Snapshot[] = [7, 31].map((hours, n) => ({
  id: `${n + 1}`.repeat(64),
  time: hoursAgo(hours),
  hostname: "db-primary",
  username: "root",
  paths: ["/etc", "/var/lib/postgresql/a/very/long/path/that/goes/on/and/on"],
  tags: ["nightly"],
  parent: null,
  program_version: "restic 0.19.1",
  size_bytes: n === 0 ? 412_000_000_000 : null,
  file_count: n === 0 ? 18_445 : null,
  added_bytes: n === 0 ? 640_000_000 : null,
}));

/** A row of the audit log. */
export const SAMPLE_AUDIT: AuditEntry[] = [{
  seq: 1,
  ts: hoursAgo(1),
  actor: "user",
  user_id: null,
  actor_name: "operator",
  ip: "192.0.2.7",
  action: "job.start",
  target_kind: "job",
  target_id: sampleId(257),
  payload: { kind: "backup", host_name: "db-primary" },
  hash: "0".repeat(64),
}];
