/** @module The one place where a job changes its status, with everything that follows from it. */
import { SYSTEM } from "../auth/permissions.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import { covers } from "../hosts/backup_set.ts";
import type { Hosts } from "../hosts/hosts.ts";
import type { AgentLink, ChangeFeed } from "../ports.ts";
import type { FinalJobStatus, Job } from "../protocol/entities.ts";
import type { JobStreamMessage } from "../protocol/job_stream.ts";
import type { Repositories } from "../repositories/repositories.ts";
import type { HostDaysStore } from "./host_days_store.ts";
import { JOB_KINDS } from "./job_kinds.ts";
import type { JobNewsBoard } from "./job_news.ts";
import { checkFound, madeSnapshot, type Outcome } from "./job_outcome.ts";
import type { JobStream } from "./job_stream.ts";
import { toJob } from "./job_view.ts";
import { finishedMessage } from "./job_watch.ts";
import type { JobRow, JobsStore } from "./jobs_store.ts";

export interface JobTransitionsDeps {
  db: Database;
  clock: Clock;
  hosts: Hosts;
  repositories: Repositories;
  stream: JobStream;
  link: AgentLink;
  changes: ChangeFeed;
  store: JobsStore;
  days: HostDaysStore;
  news: JobNewsBoard;
}

export class JobTransitions {
  readonly #deps: JobTransitionsDeps;

  constructor(deps: JobTransitionsDeps) {
    this.#deps = deps;
  }

  /** The job as it is shown now. */
  view(row: JobRow): Job {
    return toJob(row, this.#deps.link.connected(row.host_id));
  }

  /** Moves a job to dispatched. Call it in a transaction, for a queued job. */
  dispatched(row: JobRow): void {
    this.#deps.store.setDispatched(row.id, this.#deps.clock.now_ms());
    this.#deps.hosts.recordCurrentJob(row.host_id, row.id);
    this.announce(row.id);
  }

  /** Moves a job to running. Call it in a transaction, for a job that was not running yet. */
  started(row: JobRow, started_at_ms: number): void {
    this.#deps.store.setStarted(row.id, started_at_ms);
    this.#deps.hosts.recordCurrentJob(row.host_id, row.id);
    this.announce(row.id);
  }

  /** Ends a job and records what that means for its host. Call it in a transaction, once per job. */
  ended(
    row: JobRow,
    outcome: Outcome,
    times: { started_at_ms: number | null; finished_at_ms: number },
  ): void {
    const { store, db, news, stream } = this.#deps;
    store.setEnded(row.id, outcome, times);
    this.#recordOnHost(row, outcome, times.finished_at_ms);
    db.afterCommit(() => news.forget(row.id));
    this.announce(row.id, (job) => stream.publish(row.id, finishedMessage(job)));
  }

  /** Ends a job that its agent did not end, for a reason of the server's own. */
  endedByServer(
    row: JobRow,
    status: FinalJobStatus,
    why: Pick<Outcome, "error_class" | "error">,
  ): void {
    const finished_at_ms = this.#deps.clock.now_ms();
    const outcome = { status, exit_code: null, stats: null, ...why };
    this.ended(row, outcome, { started_at_ms: row.started_at_ms, finished_at_ms });
  }

  /** After COMMIT, shows the job's row as it is now to its watchers, after what `first` sends. */
  announce(job_id: string, first: (job: Job) => void = () => {}): void {
    const { db, store, stream, changes } = this.#deps;
    const job = this.view(store.byId(job_id)!);
    db.afterCommit(() => {
      first(job);
      stream.publish(job_id, { type: "job", job } satisfies JobStreamMessage);
      changes.publish({ host_id: job.host_id, job_id });
    });
  }

  #recordOnHost(row: JobRow, outcome: Outcome, finished_at_ms: number): void {
    const { hosts, repositories, days, clock, store } = this.#deps;
    const { host_id } = row;
    const next = store.openOfHost(host_id).find((job) => job.status !== "queued");
    hosts.recordCurrentJob(host_id, next?.id ?? null);
    // A success at the address before proves nothing of the one that the host has now.
    const sent_at_ms = row.dispatched_at_ms ?? row.queued_at_ms;
    if (repositories.movedSince(row.repository_id, sent_at_ms)) return;
    const rule = JOB_KINDS[row.kind];
    const { status } = outcome;
    const own_set = hosts.get(SYSTEM, host_id).backup_set;
    const proves_nothing = status === "cancelled" ||
      (status === "succeeded" && !covers(row.options.backup_set, own_set));
    if (rule.counts_as_backup && !proves_nothing) {
      hosts.recordBackupEnded(host_id, { job_id: row.id, status, finished_at_ms });
      days.add({ host_id, day: clock.dayOf(finished_at_ms), status });
    }
    const found = checkFound(row.kind, outcome);
    if (found !== null) {
      const read_data = row.options.read_data ?? null;
      repositories.checks.record(row.repository_id, {
        ...{ job_id: row.id, status: found, read_data, finished_at_ms },
      });
    }
    const proven = status === "succeeded" || madeSnapshot(outcome);
    if (!rule.proves_repository || !proven) return;
    repositories.markInitialised(row.repository_id);
    repositories.recordOpened(row.repository_id, sent_at_ms);
  }
}
