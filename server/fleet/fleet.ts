/** @module The overview: one answer about all hosts, in at most ten statements. */
import type { Actor } from "../auth/permissions.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { Hosts } from "../hosts/hosts.ts";
import type { Jobs } from "../jobs/jobs.ts";
import type { JobProgress } from "../protocol/agent_messages.ts";
import type { BackupState, Host, Job } from "../protocol/entities.ts";
import type { FleetSummary } from "../protocol/rest.ts";

export interface FleetDeps {
  db: Database;
  clock: Clock;
  hosts: Hosts;
  jobs: Jobs;
}

/** One line of "Needs you": what is wrong, since when, and the one thing to do about it. */
export interface Attention {
  host_id: string;
  host_name: string;
  state: BackupState;
  message: string;
  since_ms: number | null;
  /** The last job behind it, if there is one to open. */
  job_id: string | null;
}

export interface RunningJob {
  job: Job;
  progress: JobProgress | undefined;
  news_at_ms: number | null;
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
  running: RunningJob[];
  stored_bytes: number;
  snapshots: number;
  jobs_24h: { total: number; succeeded: number; warning: number; failed: number };
}

export class Fleet {
  constructor(_deps: FleetDeps) {}
  summary(_actor: Actor): FleetSummary {
    throw new Error("not written yet");
  }
  /** At most `limit` hosts from `offset`, filtered as GET /api/hosts does. */
  overview(
    _actor: Actor,
    _query: { q?: string; state?: BackupState; tag?: string; limit: number; offset: number },
  ): Overview {
    throw new Error("not written yet");
  }
  /** The 30-day strip of some hosts. */
  strips(_host_ids: string[]): Map<string, string> {
    throw new Error("not written yet");
  }
}
