/** @module What `status` tells, read from the files: the running agent is not asked. */
import { join } from "node:path";
import { SOFTWARE_VERSION } from "../server/protocol/version.ts";
import { DISK_LOW_BYTES, freeBytesAt } from "./disk_reserve.ts";
import { openState } from "./open_state.ts";
import { type AgentConfig, readConfig } from "./config.ts";
import type { Directories } from "./directories.ts";
import type { ExitCode } from "./errors.ts";
import { runningAgent } from "./lock.ts";
import { createAgentLog } from "./log.ts";
import { Schedules } from "./schedules.ts";
import type { AgentState } from "./state.ts";
import { iso, systemTiming } from "./timing.ts";

export interface Status {
  version: string;
  server_url: string;
  host_id: string;
  host_name: string;
  running: boolean;
  pid: number | null;
  connected: boolean;
  /** In words, with the time since which it holds. */
  connection: string | null;
  since: string | null;
  jobs: string[];
  schedules: {
    /** 0: the server sent none yet. */
    version: number;
    count: number;
    next_run_at: string | null;
    paused_until: string | null;
  };
  /** Reports that the server has not yet acknowledged. */
  unsent_reports: number;
  /** Below 16 MiB no log line is kept any more; null if the file system does not tell. */
  disk_free_bytes: number | null;
}

/** @throws {AgentError} bad_config if this machine is not enrolled, permission */
export async function readStatus(directories: Directories): Promise<Status> {
  const config = await readConfig(directories.config_dir);
  const pid = await runningAgent(directories.state_dir);
  const status: Status = {
    version: SOFTWARE_VERSION,
    server_url: config.server_url,
    host_id: config.host_id,
    host_name: config.host_name,
    running: pid !== undefined,
    pid: pid ?? null,
    connected: false,
    connection: null,
    since: null,
    jobs: [],
    schedules: { version: 0, count: 0, next_run_at: null, paused_until: null },
    unsent_reports: 0,
    disk_free_bytes: finite(freeBytesAt(join(directories.state_dir, "state.db"))),
  };
  if (!await exists(join(directories.state_dir, "state.db"))) return status;
  using state = openState(directories.state_dir, config);
  const noted = JSON.parse(state.seen.fact("connection") ?? "null") as
    | { connected: boolean; what: string; at: string }
    | null;
  return {
    ...status,
    connected: status.running && noted?.connected === true,
    connection: status.running ? noted?.what ?? null : null,
    since: noted?.at ?? null,
    jobs: [...state.jobs.running(), ...state.jobs.pending()].map((job) => job.id),
    schedules: await readSchedules(config, state),
    unsent_reports: state.outbox.count(),
  };
}

async function readSchedules(config: AgentConfig, state: AgentState): Promise<Status["schedules"]> {
  const timing = systemTiming();
  const { host_id } = config;
  const log = createAgentLog("text", () => {});
  const schedules = await Schedules.open({ host_id, state, timing, log });
  const { version, count, paused_until_ms } = schedules;
  const next_ms = schedules.nextStart();
  return {
    version,
    count,
    next_run_at: next_ms === undefined ? null : iso(next_ms),
    paused_until: paused_until_ms > timing.now_ms() ? iso(paused_until_ms) : null,
  };
}

/** For people. */
export function describeStatus(status: Status): string {
  const lines = [
    `host      ${status.host_name} (${status.host_id})`,
    `server    ${status.server_url}`,
    `agent     ${status.version}, ${status.running ? `running as ${status.pid}` : "not running"}`,
  ];
  if (status.running) {
    const since = status.since === null ? "" : ` since ${status.since}`;
    lines.push(`server is ${status.connected ? "connected" : status.connection}${since}`);
  }
  lines.push(`jobs      ${status.jobs.length === 0 ? "none" : status.jobs.join(", ")}`);
  lines.push(`schedules ${describeSchedules(status.schedules)}`);
  lines.push(`unsent    ${status.unsent_reports} reports`);
  const { disk_free_bytes } = status;
  if (disk_free_bytes !== null && disk_free_bytes < DISK_LOW_BYTES) {
    const mib = (disk_free_bytes / 1024 / 1024).toFixed(1);
    lines.push(
      `disk      ${mib} MiB left for the agent's state: jobs run and their results are kept in ` +
        "a reserve or in memory, log lines are left out until there is room",
    );
  }
  return lines.join("\n");
}

function describeSchedules({ version, count, next_run_at, paused_until }: Status["schedules"]) {
  if (count === 0) return version === 0 ? "none" : `none (v${version})`;
  const paused = paused_until === null ? "" : `, paused until ${paused_until}`;
  return `${count} (v${version}), next run ${next_run_at ?? "never"}${paused}`;
}

/** What a script wants to know: running and connected is 0. */
export function statusExit(status: Status): ExitCode {
  if (!status.running) return "failed";
  return status.connected ? "ok" : "server_unreachable";
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
