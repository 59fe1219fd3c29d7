/** @module One valid frame of every message that an agent sends; what is mutated starts here. */
import type { AgentMessage } from "../../server/protocol/agent_messages.ts";

/** What the frames speak of. */
export interface FrameFacts {
  run_id: string;
  /** The number of the next report. */
  seq: number;
  job_id: string;
  command_id: string;
  listing_id: string;
  /** ISO 8601. */
  now: string;
}

/** By type. A message that is missing here does not compile. */
export function validFrames(
  facts: FrameFacts,
): { [T in AgentMessage["type"]]: Extract<AgentMessage, { type: T }> } {
  const { run_id, seq, job_id, command_id, listing_id, now } = facts;
  const report = { run_id, seq };
  return {
    hello: {
      type: "hello",
      protocol_version: 1,
      agent_version: "0.1.0",
      run_id,
      os: "linux",
      os_version: "Debian 12",
      arch: "x86_64",
      hostname: "web-01.example",
      restic_version: "0.19.1",
      restic_error: null,
      running_jobs: [job_id],
      config_version: 1,
      command_counter: 1,
      schedule_version: 0,
      time: now,
    },
    heartbeat: { type: "heartbeat", time: now },
    pong: { type: "pong", nonce: command_id },
    ack: { type: "ack", command_ids: [command_id] },
    "config.ack": { type: "config.ack", config_version: 1 },
    "schedule.ack": { type: "schedule.ack", schedule_version: 0, refused: null },
    "job.scheduled": {
      type: "job.scheduled",
      report,
      job_id,
      kind: "backup",
      schedule_id: listing_id,
      schedule_version: 1,
      due_at: now,
      is_catch_up: false,
      scheduled_at: now,
      expires_at: now,
      backup_set: { paths: ["/etc", "/home"], excludes: [], tags: [] },
      bandwidth: {},
    },
    "job.started": { type: "job.started", report, job_id, kind: "backup", started_at: now },
    "job.progress": {
      type: "job.progress",
      job_id,
      phase: "uploading",
      percent_done: 0.4,
      files_done: 40,
      total_files: 100,
      bytes_done: 4_000_000,
      total_bytes: 10_000_000,
      error_count: 0,
      eta_seconds: 60,
      throughput_bytes_per_second: 100_000,
      current_files: ["/etc/hosts"],
    },
    "log.stream": {
      type: "log.stream",
      report,
      job_id,
      lines: [
        { seq: 1, ts: now, stream: "stdout", payload: "using parent snapshot" },
        { seq: 2, ts: now, stream: "stderr", payload: "no permission for /root" },
      ],
    },
    "job.finished": {
      type: "job.finished",
      report,
      job_id,
      kind: "backup",
      status: "succeeded",
      exit_code: 0,
      error_class: null,
      error: null,
      stats: {
        snapshot_id: "c0ffee00".repeat(8),
        repository_id: "beef0000".repeat(8),
        files_new: 5,
        files_processed: 100,
        bytes_processed: 10_000_000,
        bytes_added: 4000,
        bytes_stored: 2000,
        duration_seconds: 12.5,
        error_count: 0,
      },
      log_lines: 2,
      started_at: now,
      finished_at: now,
    },
    "snapshots.report": {
      type: "snapshots.report",
      report,
      listing_id,
      page: 1,
      pages: 1,
      snapshots: [{
        id: "c0ffee00".repeat(8),
        time: now,
        hostname: "web-01.example",
        username: "root",
        paths: ["/etc", "/home"],
        tags: ["nightly"],
        parent: null,
        program_version: "restic 0.19.1",
        size_bytes: 10_000_000,
        file_count: 100,
        added_bytes: 4000,
      }],
    },
    "repo.stats": {
      type: "repo.stats",
      report,
      size_bytes: 50_000_000,
      snapshot_count: 1,
      dedup_ratio: 1.5,
      compression_ratio: 1.2,
      last_check_at: now,
      last_check_status: "ok",
      lock_state: "unlocked",
    },
    "repository.probed": {
      type: "repository.probed",
      report,
      config_version: 1,
      state: "ready",
      restic_repository_id: "beef0000".repeat(8),
      error: null,
      took_seconds: 0.4,
      probed_at: now,
    },
  };
}
