/** @module Every address of the product, built in one place. */

const e = encodeURIComponent;

export const paths = {
  overview: () => "/",
  setup: () => "/setup",
  login: (next?: string) => next === undefined ? "/login" : `/login?next=${e(next)}`,
  logout: () => "/logout",
  theme: () => "/theme",
  hosts: () => "/hosts",
  addHost: () => "/hosts/new",
  host: (id: string) => `/hosts/${e(id)}`,
  hostInstall: (id: string) => `/hosts/${e(id)}/install`,
  hostSnapshots: (id: string) => `/hosts/${e(id)}/snapshots`,
  hostSchedules: (id: string) => `/hosts/${e(id)}/schedules`,
  addSchedule: (host_id: string) => `/hosts/${e(host_id)}/schedules/new`,
  schedule: (host_id: string, id: string) => `/hosts/${e(host_id)}/schedules/${e(id)}`,
  hostJobs: (id: string) => `/hosts/${e(id)}/jobs`,
  hostRepository: (id: string) => `/hosts/${e(id)}/repository`,
  hostSettings: (id: string) => `/hosts/${e(id)}/settings`,
  jobs: () => "/jobs",
  job: (id: string) => `/jobs/${e(id)}`,
  jobLogDownload: (id: string) => `/jobs/${e(id)}/log.txt`,
  audit: () => "/audit",
  account: () => "/account",
  installScript: () => "/install/install.sh",
  agentScript: () => "/install/agent.js",
  api: {
    accountSessions: () => "/api/account/sessions",
    accountSession: (id: string) => `/api/account/sessions/${e(id)}`,
    accountPassword: () => "/api/account/password",
    events: () => "/api/events",
    search: (query: Record<string, string>) => `/api/search?${new URLSearchParams(query)}`,
    host: (id: string) => `/api/hosts/${e(id)}`,
    hostJobs: (id: string) => `/api/hosts/${e(id)}/jobs`,
    hostSchedules: (id: string) => `/api/hosts/${e(id)}/schedules`,
    hostPause: (id: string) => `/api/hosts/${e(id)}/pause`,
    schedule: (id: string) => `/api/schedules/${e(id)}`,
    scheduleRun: (id: string) => `/api/schedules/${e(id)}/run`,
    scheduleClone: (id: string) => `/api/schedules/${e(id)}/clone`,
    schedulePreview: (query: Record<string, string>) =>
      `/api/schedule-preview?${new URLSearchParams(query)}`,
    job: (id: string) => `/api/jobs/${e(id)}`,
    jobLogs: (id: string, after_seq: number, limit: number) =>
      `/api/jobs/${e(id)}/logs?after_seq=${after_seq}&limit=${limit}`,
    jobStream: (id: string, after_seq: number) =>
      `/api/jobs/${e(id)}/stream?after_seq=${after_seq}`,
    jobCancel: (id: string) => `/api/jobs/${e(id)}/cancel`,
    agentSocket: () => "/api/agents/socket",
    agentEnroll: () => "/api/agents/enroll",
    agentIdentity: (nonce: string) => `/api/agents/identity?nonce=${e(nonce)}`,
  },
} as const;
