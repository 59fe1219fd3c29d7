/** @module The overview: one answer about all hosts, in at most ten statements. */
import { type Actor, demand } from "../auth/permissions.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { Hosts, SurveyedHost } from "../hosts/hosts.ts";
import type { Jobs } from "../jobs/jobs.ts";
import type { JobProgress } from "../protocol/agent_messages.ts";
import type { AgentState, BackupState, Host, Job, StoredDay } from "../protocol/entities.ts";
import { isStalled } from "../protocol/job_movement.ts";
import type { FleetSummary } from "../protocol/rest.ts";
import { SOFTWARE_VERSION } from "../protocol/version.ts";
import type { Repositories } from "../repositories/repositories.ts";
import { type Attention, attentionOf, needsSomebody } from "./attention.ts";
import { type Cause, causesOf } from "./causes.ts";
import { fleetMap, type MapGroup } from "./fleet_map.ts";
import { type FleetCounts, FleetStore } from "./fleet_store.ts";
import { stripDays, stripOf } from "./strip.ts";

export type { Attention } from "./attention.ts";
export type { Cause } from "./causes.ts";
export type { MapGroup } from "./fleet_map.ts";

export interface FleetDeps {
  db: Database;
  clock: Clock;
  hosts: Hosts;
  repositories: Repositories;
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
  /** How many hosts match the filter, on all pages together. */
  matching_hosts: number;
  /** Hosts of this page, worst first. */
  hosts: Host[];
  /** For each of those hosts 30 codes of `owfmrdpn` (ui/DESIGN.md §8), oldest first. */
  strips: Map<string, string>;
  /** The worst of those that need somebody, at most 8, and how many there are in all. */
  attention: Attention[];
  attention_total: number;
  /** What is the matter with all that need somebody, worst first. */
  causes: Cause[];
  /** All hosts by tag. */
  map: MapGroup[];
  /** Why the query cannot be followed; nothing matches then. */
  problem: string | undefined;
  /** Running first, then those that wait; at most 50. */
  running: RunningJob[];
  stored_bytes: number;
  /** At most 90 days up to now, oldest first; empty before the first figure. */
  stored_days: StoredDay[];
  snapshots: number;
  /** Jobs that ended in the last 24 hours; interrupted ones count as failed. */
  jobs_24h: { total: number; succeeded: number; warning: number; failed: number };
}

/** Hosts from `offset`, filtered as GET /api/hosts does. */
export interface OverviewQuery {
  q?: string;
  state?: BackupState;
  tag?: string;
  limit: number;
  offset: number;
  /** If no more hosts than this match, they are shown whole and `limit` does not count. */
  whole_max?: number;
}

const RUNNING_MAX = 50;
const ATTENTION_MAX = 8;

export class Fleet {
  readonly #deps: FleetDeps;
  readonly #store: FleetStore;

  constructor(deps: FleetDeps) {
    this.#deps = deps;
    this.#store = new FleetStore(deps.db);
  }

  /** What stands beside the navigation of every page. One statement that reads no host. */
  counts(actor: Actor): FleetCounts {
    demand(actor, "fleet.read");
    return this.#store.counts();
  }

  /** The fleet in figures. Two statements. */
  summary(actor: Actor): FleetSummary {
    demand(actor, "fleet.read");
    const { all } = this.#deps.hosts.survey(actor);
    const { running, queued } = this.#store.counts();
    return {
      hosts: all.length,
      by_state: countStates(all),
      by_status: countStatuses(all),
      running_jobs: running,
      queued_jobs: queued,
      total_bytes: sum(all.map((host) => host.repo_size_bytes ?? 0)),
      snapshots: sum(all.map((host) => host.snapshot_count)),
      server_version: SOFTWARE_VERSION,
    };
  }

  /** The hosts that the query names, with all that stands around them. At most seven statements. */
  overview(actor: Actor, query: OverviewQuery): Overview {
    demand(actor, "fleet.read");
    const { clock, hosts, repositories, jobs } = this.#deps;
    const now_ms = clock.now_ms();
    const { all, matching, problem } = hosts.survey(actor, query);
    const limit = matching.length <= (query.whole_max ?? 0) ? query.whole_max! : query.limit;
    const open = jobs.open(actor);
    const page = runningFirst(matching, backingUp(open)).slice(query.offset, query.offset + limit);
    const needing = all.filter(needsSomebody);
    const attended = needing.slice(0, ATTENTION_MAX);
    const ids = [...new Set([...page, ...attended].map((host) => host.id))];
    const by_id = new Map(hosts.byIds(actor, ids).map((host) => [host.id, host]));
    const fully = (some: SurveyedHost[]) => some.map((host) => by_id.get(host.id)!);
    const troubles = this.#store.troubles(attended.map((host) => host.id));
    const stored_bytes = sum(all.map((host) => host.repo_size_bytes ?? 0));
    return {
      now_ms,
      by_state: countStates(all),
      total_hosts: all.length,
      pending_hosts: countStatuses(all).pending,
      matching_hosts: matching.length,
      hosts: fully(page),
      strips: this.#strips(page.map((host) => host.id), open),
      attention: fully(attended).map((host) => attentionOf(host, troubles.get(host.id), now_ms)),
      attention_total: needing.length,
      causes: causesOf(needing),
      map: fleetMap(all, backingUp(open)),
      problem,
      running: open.slice(0, RUNNING_MAX).map((job) => this.#running(job, now_ms)),
      stored_bytes,
      stored_days: repositories.storedDays(actor, stored_bytes),
      snapshots: sum(all.map((host) => host.snapshot_count)),
      jobs_24h: this.#ended(now_ms),
    };
  }

  /** The 30-day strip of one host, whose jobs that have not ended are at hand. One statement. */
  strip(host_id: string, open: Job[]): string {
    return this.#strips([host_id], open).get(host_id)!;
  }

  #strips(host_ids: string[], open: Job[]): Map<string, string> {
    const { clock, jobs } = this.#deps;
    const days = stripDays(clock.dayOf(clock.now_ms()));
    const by_host = Map.groupBy(jobs.days(host_ids, days[0]!), (day) => day.host_id);
    const backing_up = backingUp(open);
    return new Map(host_ids.map((id) => {
      const by_day = new Map(by_host.get(id)?.map((day) => [day.day, day]));
      return [id, stripOf(days, by_day, backing_up.has(id))];
    }));
  }

  #running(job: Job, now_ms: number): RunningJob {
    const { jobs } = this.#deps;
    const news = jobs.latest(job.id);
    return {
      job,
      progress: news?.progress,
      news_at_ms: news?.news_at_ms ?? null,
      stalled: job.status === "running" && isStalled(jobs.movedAt(job), now_ms),
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

/** The hosts that back up right now. */
function backingUp(open: Job[]): Set<string> {
  const backups = open.filter((job) => job.status === "running" && job.kind === "backup");
  return new Set(backups.map((job) => job.host_id));
}

/** Worst first, and of those that are well the ones at work before the others (ui/DESIGN.md §1.2). */
function runningFirst(worst_first: SurveyedHost[], busy: Set<string>): SurveyedHost[] {
  const from = worst_first.findIndex((host) => host.backup_state === "good");
  if (from === -1 || busy.size === 0) return worst_first;
  const well = worst_first.slice(from);
  const runs = (host: SurveyedHost) => host.backup_state === "good" && busy.has(host.id);
  return [
    ...worst_first.slice(0, from),
    ...well.filter(runs),
    ...well.filter((host) => !runs(host)),
  ];
}

function countStates(hosts: SurveyedHost[]): Record<BackupState, number> {
  const counts = { failed: 0, never: 0, stale: 0, gaps: 0, good: 0, paused: 0 };
  for (const host of hosts) counts[host.backup_state]++;
  return counts;
}

function countStatuses(hosts: SurveyedHost[]): Record<AgentState, number> {
  const counts = { pending: 0, online: 0, degraded: 0, offline: 0 };
  for (const host of hosts) counts[host.status]++;
  return counts;
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
