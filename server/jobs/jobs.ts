/** @module Jobs: starting, queueing per repository, following and ending them. */
import type { Actor } from "../auth/permissions.ts";
import type { Audit } from "../audit/audit.ts";
import type { Clock } from "../clock.ts";
import type { Commands } from "../commands/commands.ts";
import type { Database } from "../db/database.ts";
import type { Hosts } from "../hosts/hosts.ts";
import type { AgentLink, ChangeFeed } from "../ports.ts";
import type {
  JobFinished,
  JobProgress,
  JobStarted,
  LogStreamMessage,
} from "../protocol/agent_messages.ts";
import type { Job, LogLine } from "../protocol/entities.ts";
import type { JobStreamMessage } from "../protocol/job_stream.ts";
import type { ListJobsQuery, StartJobRequest } from "../protocol/rest.ts";
import type { Repositories } from "../repositories/repositories.ts";
import type { JobStream } from "./job_stream.ts";

export interface JobsDeps {
  db: Database;
  clock: Clock;
  audit: Audit;
  hosts: Hosts;
  repositories: Repositories;
  commands: Commands;
  stream: JobStream;
  link: AgentLink;
  changes: ChangeFeed;
}

export class Jobs {
  constructor(_deps: JobsDeps) {}
  /** Queues a job and sends it if nothing is in the way. */
  start(_actor: Actor, _host_id: string, _request: StartJobRequest): Job {
    throw new Error("not written yet");
  }
  /** A queued job ends at once; a running one when its agent says so. */
  cancel(_actor: Actor, _job_id: string): Job {
    throw new Error("not written yet");
  }
  /** @throws {AppError} not_found */
  get(_actor: Actor, _job_id: string): Job {
    throw new Error("not written yet");
  }
  list(_actor: Actor, _query: ListJobsQuery): { items: Job[]; total: number } {
    throw new Error("not written yet");
  }
  /** Lines after `after_seq`, in order. */
  logs(
    _actor: Actor,
    _job_id: string,
    _after_seq: number,
    _limit: number,
  ): { lines: LogLine[]; last_seq: number } {
    throw new Error("not written yet");
  }
  /** Progress and time of the last news of a running job, from memory. */
  latest(_job_id: string): { progress: JobProgress | undefined; news_at_ms: number } | undefined {
    throw new Error("not written yet");
  }
  /**
   * Watches a job: subscribes first, then sends its row, its log after `after_seq`, its latest
   * progress, and then what comes. A late watcher always gets the final state. Returns the stop.
   */
  watch(
    _actor: Actor,
    _job_id: string,
    _after_seq: number,
    _sink: (message: JobStreamMessage) => void,
  ): () => void {
    throw new Error("not written yet");
  }
  /** Applies an agent's message about its own job. A foreign or unknown job changes nothing: false. */
  apply(
    _host_id: string,
    _message: JobStarted | JobProgress | LogStreamMessage | JobFinished,
  ): boolean {
    throw new Error("not written yet");
  }
  /** After a hello: jobs the server thinks are running there but the agent does not know of end. */
  reconcile(_host_id: string, _running_job_ids: string[]): void {
    throw new Error("not written yet");
  }
  /** Sends every queued job that nothing is in the way of. Called after any change, and once a minute. */
  dispatch(): void {
    throw new Error("not written yet");
  }
  /** Ends queued jobs whose time has passed. */
  expire(): void {
    throw new Error("not written yet");
  }
}
