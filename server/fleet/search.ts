/** @module What a text finds in the whole fleet, in at most seven bounded statements. */
import type { Actor } from "../auth/permissions.ts";
import type { Hosts } from "../hosts/hosts.ts";
import type { Jobs } from "../jobs/jobs.ts";
import type { Host, Job } from "../protocol/entities.ts";
import { type FoundSnapshot, ListJobsQuery } from "../protocol/rest.ts";
import type { FoundSchedule, Schedules } from "../schedules/schedules.ts";
import type { Snapshots } from "../snapshots/snapshots.ts";

export interface SearchDeps {
  hosts: Hosts;
  jobs: Jobs;
  schedules: Schedules;
  snapshots: Snapshots;
}

/** What was found, the closest first. */
export interface Found {
  hosts: Host[];
  total_hosts: number;
  jobs: Job[];
  snapshots: FoundSnapshot[];
  schedules: FoundSchedule[];
}

const HOSTS_MAX = 6;
const JOBS_MAX = 4;
const SNAPSHOTS_MAX = 4;
const SCHEDULES_MAX = 4;
/** Jobs of the closest host, beside those that the text names. */
const LATEST_JOBS = 2;
/** Fewer digits would name everything. */
const ID_DIGITS_MIN = 4;

export class Search {
  readonly #deps: SearchDeps;

  constructor(deps: SearchDeps) {
    this.#deps = deps;
  }

  /** Hosts by name or tag, schedules by name, jobs and snapshots by id, the closest host's jobs. */
  find(actor: Actor, text: string): Found {
    const { hosts, jobs } = this.#deps;
    const schedules = this.#deps.schedules.named(actor, text, SCHEDULES_MAX);
    const found = hosts.find(actor, text, HOSTS_MAX);
    const named = this.#byId(actor, text);
    const best = found.items[0];
    if (best === undefined || named.jobs.length > 0) {
      return { hosts: found.items, total_hosts: found.total, schedules, ...named };
    }
    const query = ListJobsQuery.parse({ host_id: best.id, limit: LATEST_JOBS });
    const latest = jobs.list(actor, query).items;
    return { hosts: found.items, total_hosts: found.total, schedules, ...named, jobs: latest };
  }

  /** Only hosts, for a command that names one. */
  hosts(actor: Actor, text: string): Host[] {
    return this.#deps.hosts.find(actor, text, HOSTS_MAX).items;
  }

  /** What was looked at lately, as it is now; else the hosts longest without a good backup. */
  recent(actor: Actor, ids: readonly string[]): Found {
    const { hosts, jobs } = this.#deps;
    const known = { hosts: hosts.byIds(actor, ids), jobs: jobs.byIds(actor, ids) };
    if (known.hosts.length > 0) {
      return { ...known, total_hosts: known.hosts.length, snapshots: [], schedules: [] };
    }
    const items = hosts.longestWithout(actor, HOSTS_MAX);
    const nothing = { snapshots: [], schedules: [] };
    return { hosts: items, total_hosts: items.length, jobs: known.jobs, ...nothing };
  }

  #byId(actor: Actor, text: string): Pick<Found, "jobs" | "snapshots"> {
    const { jobs, snapshots } = this.#deps;
    const digits = text.trim().toLowerCase().replaceAll("-", "");
    if (digits.length < ID_DIGITS_MIN || !/^[0-9a-f]+$/.test(digits)) {
      return { jobs: [], snapshots: [] };
    }
    return {
      jobs: digits.length === 32
        ? jobs.byIds(actor, [uuidOf(digits)])
        : jobs.byShortId(actor, digits, JOBS_MAX),
      snapshots: snapshots.byIdPrefix(actor, digits, SNAPSHOTS_MAX),
    };
  }
}

function uuidOf(digits: string): string {
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
