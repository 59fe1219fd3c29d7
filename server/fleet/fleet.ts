/** @module The overview: one answer about all hosts, in at most ten statements. */
import { type Actor, demand, SYSTEM } from "../auth/permissions.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { Hosts } from "../hosts/hosts.ts";
import { isStalled } from "../jobs/job_news.ts";
import type { Jobs } from "../jobs/jobs.ts";
import type { JobProgress } from "../protocol/agent_messages.ts";
import type { AgentState, BackupState, Host, Job } from "../protocol/entities.ts";
import type { FleetSummary } from "../protocol/rest.ts";
import { SOFTWARE_VERSION } from "../protocol/version.ts";
import { type Attention, attentionOf } from "./attention.ts";
import { FleetStore } from "./fleet_store.ts";
import { stripDays, stripOf } from "./strip.ts";

export type { Attention } from "./attention.ts";

export interface FleetDeps {
  db: Database;
  clock: Clock;
  hosts: Hosts;
  jobs: Jobs;
}

export interface RunningJob {
  job: Job;
  progress: JobProgress | undefined;
  news_at_ms: number | null;
  /** Nothing grew for 15 minutes. Of a host that is away this means no more than that. */
  stalled: boolean;
}

export interface Overview {
  now_ms: number;
  by_state: Record<BackupState, number>;
  total_hosts: number;
  pending_hosts: number;
  /** Hosts of this page, worst first. */
  hosts: Host[];
  /** For each of those hosts 30 codes of `owfmrdpn` (ui/DESIGN.md §8), oldest first. */
  strips: Map<string, string>;
  attention: Attention[];
  /** Running first, then those that wait; at most 50. */
  running: RunningJob[];
  stored_bytes: number;
  snapshots: number;
  /** Jobs that ended in the last 24 hours; interrupted ones count as failed. */
  jobs_24h: { total: number; succeeded: number; warning: number; failed: number };
}

const RUNNING_MAX = 50;

export class Fleet {
  readonly #deps: FleetDeps;
  readonly #store: FleetStore;

  constructor(deps: FleetDeps) {
    this.#deps = deps;
    this.#store = new FleetStore(deps.db);
  }

  /** The fleet in figures. Two statements. */
  summary(actor: Actor): FleetSummary {
    demand(actor, "fleet.read");
    const all = this.#deps.hosts.all(actor);
    const open = this.#store.openCounts();
    return {
      hosts: all.length,
      by_state: countStates(all),
      by_status: countStatuses(all),
      running_jobs: (open.get("running") ?? 0) + (open.get("dispatched") ?? 0),
      queued_jobs: open.get("queued") ?? 0,
      total_bytes: sum(all.map((host) => host.repo_size_bytes ?? 0)),
      snapshots: sum(all.map((host) => host.snapshot_count)),
      server_version: SOFTWARE_VERSION,
    };
  }

  /** At most `limit` hosts from `offset`, filtered as GET /api/hosts does. At most six statements. */
  overview(
    actor: Actor,
    query: { q?: string; state?: BackupState; tag?: string; limit: number; offset: number },
  ): Overview {
    demand(actor, "fleet.read");
    const { clock, hosts, jobs } = this.#deps;
    const now_ms = clock.now_ms();
    const all = hosts.all(actor);
    const { limit, offset, ...filter } = query;
    const matching = Object.keys(filter).length === 0 ? all : hosts.all(actor, filter);
    const page = matching.slice(offset, offset + limit);
    const open = jobs.open(actor);
    const troubles = this.#store.troubles();
    const by_status = countStatuses(all);
    return {
      now_ms,
      by_state: countStates(all),
      total_hosts: all.length,
      pending_hosts: by_status.pending,
      hosts: page,
      strips: this.#strips(page.map((host) => host.id), open),
      attention: all.map((host) => attentionOf(host, troubles.get(host.id), now_ms))
        .filter((line) => line !== undefined),
      running: open.slice(0, RUNNING_MAX).map((job) => this.#running(job, now_ms)),
      stored_bytes: sum(all.map((host) => host.repo_size_bytes ?? 0)),
      snapshots: sum(all.map((host) => host.snapshot_count)),
      jobs_24h: this.#ended(now_ms),
    };
  }

  /** The 30-day strip of some hosts. */
  strips(host_ids: string[]): Map<string, string> {
    return this.#strips(host_ids, this.#deps.jobs.open(SYSTEM));
  }

  #strips(host_ids: string[], open: Job[]): Map<string, string> {
    const { clock, jobs } = this.#deps;
    const days = stripDays(clock.dayOf(clock.now_ms()));
    const by_host = Map.groupBy(jobs.days(host_ids, days[0]!), (day) => day.host_id);
    const backing_up = new Set(
      open.filter((job) => job.status === "running" && job.kind === "backup")
        .map((job) => job.host_id),
    );
    return new Map(host_ids.map((id) => {
      const by_day = new Map(by_host.get(id)?.map((day) => [day.day, day]));
      return [id, stripOf(days, by_day, backing_up.has(id))];
    }));
  }

  #running(job: Job, now_ms: number): RunningJob {
    const news = this.#deps.jobs.latest(job.id);
    const began_ms = job.started_at === null ? now_ms : Date.parse(job.started_at);
    return {
      job,
      progress: news?.progress,
      news_at_ms: news?.news_at_ms ?? null,
      stalled: job.status === "running" && isStalled(news?.moved_at_ms ?? began_ms, now_ms),
    };
  }

  #ended(now_ms: number): Overview["jobs_24h"] {
    const ended = this.#store.endedCounts(now_ms - 86_400_000);
    return {
      total: sum([...ended.values()]),
      succeeded: ended.get("succeeded") ?? 0,
      warning: ended.get("warning") ?? 0,
      failed: (ended.get("failed") ?? 0) + (ended.get("interrupted") ?? 0),
    };
  }
}

function countStates(hosts: Host[]): Record<BackupState, number> {
  const counts = { failed: 0, never: 0, stale: 0, gaps: 0, good: 0, paused: 0 };
  for (const host of hosts) counts[host.backup_state]++;
  return counts;
}

function countStatuses(hosts: Host[]): Record<AgentState, number> {
  const counts = { pending: 0, online: 0, degraded: 0, offline: 0 };
  for (const host of hosts) counts[host.status]++;
  return counts;
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
