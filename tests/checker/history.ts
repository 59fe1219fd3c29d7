/**
 * @module What was seen from outside while programs were being killed: what the server showed, what
 * the agents' side knows, what lies in the repositories. The rules judge it and nothing else.
 */
import type {
  AuditEntry,
  BackupState,
  Host,
  Job,
  LogLine,
} from "../../server/protocol/entities.ts";
import type { Report } from "../../server/protocol/agent_messages.ts";

/** What of a job's row the rules compare. */
export type JobFacts = Pick<
  Job,
  "id" | "host_id" | "status" | "dispatched_at" | "started_at" | "finished_at" | "log_lines"
>;

/** A job's row as it was shown once. */
export interface ShownJob {
  /** One socket or one reader: what it shows comes in the server's order. */
  view: string;
  /** The tick at which it was asked for; undefined when it came by itself. */
  asked: number | undefined;
  got: number;
  job: JobFacts;
}

/** Log lines as they came over one socket; `gap_allowed` after a `resync`. */
export interface ShownLines {
  view: string;
  job_id: string;
  /** The socket was opened with this number. */
  after_seq: number;
  seqs: number[];
  gap_allowed: boolean;
}

/** What the API or a page said of a host. */
export interface ShownHost {
  view: string;
  got: number;
  host_id: string;
  backup_state: BackupState;
  /** Null where a page says only the state. */
  last_good_backup_at: string | null;
}

/** A report that the agents' side holds for acknowledged. */
export interface Acknowledged {
  host_id: string;
  /** Undefined parts are not known of a real agent, which forgets what was acknowledged. */
  message: Report | { type: "job.finished"; job_id: string; status: undefined };
}

/** A repository as plain restic, or a fake agent's own record, has it. */
export interface RepositoryFacts {
  host_id: string;
  snapshots: { id: string; tags: string[] }[];
  /** What `check --read-data`, reading content back, or listing locks found. */
  problems: string[];
}

export interface History {
  shown_jobs: ShownJob[];
  shown_lines: ShownLines[];
  shown_hosts: ShownHost[];
  /** Progress that came over a job's socket after its end. */
  late_progress: { view: string; job_id: string }[];
  /** Jobs for which the server answered 201. */
  accepted: { job_id: string; host_id: string; asked: number }[];
  acknowledged: Acknowledged[];
  /** Every time that the work of a job began on a machine. */
  runs: { host_id: string; job_id: string }[];
  /** When a snapshot was made, by the agents' clock of ticks; only of fake agents. */
  made: { host_id: string; snapshot_id: string; tick: number }[];
  /** The server's last word. */
  jobs: Job[];
  hosts: Host[];
  logs: { job_id: string; lines: LogLine[] }[];
  listed: { host_id: string; snapshot_ids: string[] }[];
  repositories: RepositoryFacts[];
  audit: AuditEntry[];
}

/** Something that must not be. */
export interface Finding {
  rule: string;
  what: string;
}

export type Rule = (history: History) => Iterable<string>;

/** A history in which nothing happened. */
export function emptyHistory(): History {
  return {
    shown_jobs: [],
    shown_lines: [],
    shown_hosts: [],
    late_progress: [],
    accepted: [],
    acknowledged: [],
    runs: [],
    made: [],
    jobs: [],
    hosts: [],
    logs: [],
    listed: [],
    repositories: [],
    audit: [],
  };
}

/** The items under each key, in their order. */
export function groupBy<T>(items: Iterable<T>, key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}
