import assert from "node:assert/strict";
import type { Host, Job, Repository } from "../../server/protocol/entities.ts";
import { hostCauses } from "./host_causes.ts";

const NOW_MS = Date.parse("2026-11-12T09:42:05Z");
const ID = "019a7000-0000-7000-8000-000000000001";

function aHost(more: Partial<Host> = {}): Host {
  return {
    id: ID,
    name: "web-01",
    os: "linux",
    os_version: "Debian 13",
    arch: "x86_64",
    agent_hostname: "web-01",
    agent_version: "0.1.0",
    restic_version: "0.19.1",
    protocol_version: 1,
    status: "online",
    degraded_reasons: [],
    clock_skew_seconds: 0,
    tags: [],
    backup_set: { paths: ["/etc"], excludes: [], tags: [] },
    goal_seconds: 93_600,
    cert_pins: [],
    created_at: "2026-01-01T00:00:00Z",
    enrolled_at: "2026-01-01T00:00:00Z",
    schedule_count: 0,
    schedule_version: 0,
    applied_schedule_version: 0,
    schedule_refused: null,
    paused: null,
    last_seen_at: "2026-11-12T09:42:00Z",
    repository_id: ID,
    repository_initialised_at: "2026-01-01T00:00:00Z",
    current_job_id: null,
    backup_state: "good",
    obstacle: null,
    identity_conflict: null,
    last_backup_at: "2026-11-12T02:30:00Z",
    last_backup_status: "succeeded",
    last_good_backup_at: "2026-11-12T02:30:00Z",
    repo_size_bytes: null,
    snapshot_count: 1,
    ...more,
  };
}

function aJob(more: Partial<Job>): Job {
  return {
    id: ID,
    host_id: ID,
    host_name: "web-01",
    repository_id: ID,
    kind: "backup",
    status: "failed",
    actor_kind: "user",
    actor_id: null,
    actor_name: "operator",
    schedule_id: null,
    due_at: null,
    is_catch_up: false,
    backup_set: null,
    bandwidth: {},
    read_data: null,
    queued_at: "2026-11-12T02:30:00Z",
    dispatched_at: null,
    started_at: null,
    finished_at: null,
    expires_at: "2026-11-13T02:30:00Z",
    cancel_requested_at: null,
    exit_code: null,
    error_class: null,
    error: null,
    hint: null,
    stats: null,
    log_lines: 0,
    log_truncated: false,
    log_dropped_lines: 0,
    log_removed_at: null,
    waiting_for: null,
    ...more,
  };
}

function aRepository(more: Partial<Repository>): Repository {
  return {
    id: ID,
    host_id: ID,
    name: "web-01",
    url: "https://backup.example:8000/web-01/",
    kind: "rest",
    rest_username: "web-01",
    append_only: true,
    initialised_at: "2026-01-01T00:00:00Z",
    probe_state: "ready",
    probe_error: null,
    probed_at: null,
    size_bytes: null,
    snapshot_count: 1,
    dedup_ratio: null,
    compression_ratio: null,
    stats_at: null,
    last_check_at: null,
    last_check_status: null,
    last_check_job_id: null,
    last_check_read_data: null,
    lock_state: "unknown",
    locks: null,
    locks_at: null,
    restic_repository_id: null,
    replaced_at: null,
    replaced_restic_repository_id: null,
    credential_changed_at: "2026-01-01T00:00:00Z",
    ...more,
  };
}

function causes(host: Host, job?: Job, repository?: Repository) {
  return hostCauses({ host, last_job: job, repository, now_ms: NOW_MS });
}

Deno.test("hostCauses() has nothing to say about a host that is well", () => {
  assert.deepEqual(causes(aHost(), undefined, aRepository({})), []);
});

Deno.test("hostCauses() of a host without an agent only leads to its installation", () => {
  const found = causes(aHost({ status: "pending", repository_initialised_at: null }));
  assert.deepEqual(found.map((cause) => cause.act), ["install"]);
});

Deno.test("hostCauses() asks to initialise before it complains that nothing was backed up", () => {
  const host = aHost({ repository_initialised_at: null, backup_state: "never" });
  assert.equal(causes(host)[0]!.act, "initialise");
});

Deno.test("hostCauses() puts the failure before the offline agent", () => {
  const host = aHost({ status: "offline", backup_state: "failed" });
  const found = causes(host, aJob({ error_class: "no_space" }));
  assert.deepEqual(found.map((cause) => cause.tone), ["fail", "idle"]);
  assert.equal(found[0]!.act, "retry");
});

Deno.test("hostCauses() says once what both the last job and the probe found", () => {
  const host = aHost({ backup_state: "failed" });
  const repository = aRepository({ probe_state: "unreachable" });
  assert.equal(causes(host, aJob({ error_class: "network" }), repository).length, 1);
  assert.equal(causes(host, aJob({ error_class: "no_space" }), repository).length, 2);
});

Deno.test("hostCauses() says what a queued job waits for", () => {
  const job = aJob({ status: "queued", waiting_for: "web-01 to connect" });
  const [cause] = causes(aHost({ backup_state: "stale" }), job);
  assert.equal(cause!.act, "open_job");
  assert.match(cause!.text, /waits for web-01 to connect/);
});

Deno.test("hostCauses() shouts when a repository that was there is gone", () => {
  const [cause] = causes(aHost(), undefined, aRepository({ probe_state: "missing" }));
  assert.equal(cause!.tone, "fail");
});

Deno.test("hostCauses() of a host with a good last backup names what is in the way of the next", () => {
  const locked_out = causes(
    aHost({ backup_state: "failed", obstacle: "wrong_password" }),
    undefined,
    aRepository({ probe_state: "wrong_password" }),
  );
  assert.deepEqual(locked_out.map((cause) => cause.title), [
    "The encryption password does not open the repository.",
  ]);
  const changed = causes(aHost({ backup_state: "gaps", obstacle: "set_changed" }));
  assert.deepEqual(changed.map((cause) => cause.act), ["run"]);
  const empty = causes(aHost({ backup_state: "gaps", obstacle: "no_paths" }));
  assert.deepEqual(empty.map((cause) => cause.act), ["settings"]);
});
