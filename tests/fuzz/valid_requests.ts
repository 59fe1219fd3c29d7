/** @module A valid body or query for every operation of REST and every form of the pages. */

/** What the requests speak of. */
export interface RequestFacts {
  host_id: string;
  job_id: string;
  schedule_id: string;
  /** Makes names that are not taken. */
  n: number;
}

const BACKUP_SET = { paths: ["/etc", "/home"], excludes: ["*.tmp"], tags: ["nightly"] };
const SCHEDULE = {
  ...{ name: "nightly", cron: "30 2 * * *", timezone: "Europe/Berlin", jitter_seconds: 60 },
  ...{ catch_up: true, backup_set: BACKUP_SET, bandwidth: {}, enabled: true },
};
const PASSWORD = "violet anchor 71 ribbons";

/** JSON bodies by operation; operations that take none get one all the same. */
export function validBody(operation: string, { n, host_id }: RequestFacts): unknown {
  const bodies: Record<string, unknown> = {
    "POST /api/auth/login": { username: `nobody-${n}`, password: PASSWORD },
    "POST /api/account/password": { current_password: PASSWORD, password: `${PASSWORD} ${n}` },
    "POST /api/users": { username: `user-${n}`, password: PASSWORD, role: "viewer" },
    "POST /api/hosts": {
      name: `host-${n}`,
      os: "linux",
      tags: ["lab"],
      backup_set: BACKUP_SET,
      repository: {
        url: `https://storage.example:8000/host-${n}/`,
        rest_username: "web",
        rest_password: "a rest password",
        password: "a repository password",
        append_only: true,
      },
    },
    "PATCH /api/hosts/:id": { tags: ["lab", "eu"], backup_set: BACKUP_SET, goal_seconds: 93_600 },
    "PUT /api/hosts/:id/credentials": {
      url: "https://storage.example:8000/attacker/",
      rest_username: "web",
      rest_password: "another rest password",
    },
    "POST /api/hosts/:id/jobs": {
      kind: "backup",
      backup_set: BACKUP_SET,
      bandwidth: { limit_upload_kib_per_second: 1000 },
    },
    "POST /api/hosts/:id/schedules": SCHEDULE,
    "PUT /api/schedules/:id": { ...SCHEDULE, name: `weekly-${n}`, cron: "0 4 * * 0" },
    "POST /api/schedules/:id/clone": { host_ids: [host_id] },
    "PUT /api/hosts/:id/pause": { until: "2026-11-30T00:00:00Z", reason: "a move" },
    "POST /api/agents/enroll": {
      token: "rmt_0123456789abcdefghij",
      nonce: "0123456789abcdef",
      protocol_version: 1,
      agent_version: "0.1.0",
      hostname: "web-01",
      os: "linux",
      os_version: "Debian 12",
      arch: "x86_64",
    },
  };
  return bodies[operation] ?? { reason: "none is asked for" };
}

/** Fields of the pages' forms, all together: each page takes what it knows. */
export function validForm({ n, job_id }: RequestFacts): Record<string, string> {
  return {
    ...{ action: "backup", intent: "save", username: `user-${n}`, password: PASSWORD },
    ...{ current_password: PASSWORD, code: "0000-0000", next: "/hosts", theme: "dark" },
    ...{ name: `host-${n}`, os: "linux", tags: "lab, eu", paths: "/etc\n/home", excludes: "*.tmp" },
    ...{ backup_tags: "nightly", url: `https://storage.example:8000/host-${n}/`, kind: "backup" },
    ...{ rest_username: "web", rest_password: "a rest password", goal_hours: "26", goal: "26" },
    ...{ confirm: "yes", session_id: job_id, cancel: "1", section: "general" },
  };
}

/** Parameters of every list, all together. */
export function validQuery({ host_id }: RequestFacts): Record<string, string> {
  return {
    ...{ limit: "50", offset: "0", after_seq: "0", before_seq: "100", q: "web", page: "1" },
    ...{ tag: "lab", path: "/etc", status: "active", state: "good", kind: "backup", order: "asc" },
    ...{ since: "2026-11-01T00:00:00Z", until: "2026-11-30T00:00:00Z", actor: "user", host_id },
    ...{ action: "job.start", target_id: host_id, nonce: "0123456789abcdef", next: "/hosts" },
  };
}
