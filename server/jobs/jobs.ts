/** @module Jobs: starting, queueing per repository, following and ending them. */
import type { Audit } from "../audit/audit.ts";
import { type Actor, demand } from "../auth/permissions.ts";
import type { Clock } from "../clock.ts";
import type { Commands } from "../commands/commands.ts";
import type { Database } from "../db/database.ts";
import { AppError } from "../errors.ts";
import type { Hosts } from "../hosts/hosts.ts";
import type { Log } from "../log.ts";
import { mintId } from "../ids.ts";
import type { AgentLink, ChangeFeed } from "../ports.ts";
import type { Host, Job, JobKind, JobStatus, LogLine } from "../protocol/entities.ts";
import { COMMAND_TTL_SECONDS } from "../protocol/limits.ts";
import type { ListJobsQuery, LogPage, StartJobRequest } from "../protocol/rest.ts";
import type { Repositories } from "../repositories/repositories.ts";
import type { JobScheduled } from "../protocol/agent_messages.ts";
import type { Schedules } from "../schedules/schedules.ts";
import { type HostDay, HostDaysStore } from "./host_days_store.ts";
import { demandStartable, JOB_KINDS, readDataOf } from "./job_kinds.ts";
import { JobAdoption } from "./job_adoption.ts";
import { JobLogsStore } from "./job_logs_store.ts";
import { logPage } from "./log_page.ts";
import { type JobNews, JobNewsBoard } from "./job_news.ts";
import { JobQueue } from "./job_queue.ts";
import { type JobReport, JobReports } from "./job_reports.ts";
import { JOB_RETENTION, JobRetention, type JobRetentionLimits } from "./job_retention.ts";
import { hasEnded } from "./job_state.ts";
import type { JobSink, JobStream } from "./job_stream.ts";
import { JobsOfSchedules, type Scheduled } from "./jobs_of_schedules.ts";
import { JobTransitions } from "./job_transitions.ts";
import { watchJob } from "./job_watch.ts";
import { type JobFilter, type JobRow, JobsStore } from "./jobs_store.ts";
import { WatcherRoom } from "./watcher_room.ts";
import { USUAL_DAYS, USUAL_RUNS, UsualTimes } from "./usual_times.ts";

export type { HostDay } from "./host_days_store.ts";
export type { UsualTimes } from "./usual_times.ts";

export interface JobsDeps {
  db: Database;
  clock: Clock;
  log: Log;
  audit: Audit;
  hosts: Hosts;
  repositories: Repositories;
  commands: Commands;
  schedules: Schedules;
  stream: JobStream;
  link: AgentLink;
  changes: ChangeFeed;
  /** The server's settings; the default ones unless told. */
  retention?: JobRetentionLimits;
}

export class Jobs {
  /** Bounds what browsers that watch jobs cost together. */
  readonly watcher_room = new WatcherRoom();
  readonly #deps: JobsDeps;
  readonly #store: JobsStore;
  readonly #logs: JobLogsStore;
  readonly #days: HostDaysStore;
  readonly #news: JobNewsBoard;
  readonly #transitions: JobTransitions;
  readonly #queue: JobQueue;
  readonly #reports: JobReports;
  readonly #of_schedules: JobsOfSchedules;
  readonly #retention: JobRetention;

  constructor(deps: JobsDeps) {
    this.#deps = deps;
    const store = this.#store = new JobsStore(deps.db);
    const logs = this.#logs = new JobLogsStore(deps.db);
    const days = this.#days = new HostDaysStore(deps.db);
    this.#news = new JobNewsBoard(deps.clock.now_ms());
    const parts = { ...deps, store, logs, days, news: this.#news };
    const transitions = this.#transitions = new JobTransitions(parts);
    const queue = this.#queue = new JobQueue({ ...parts, transitions });
    const adoption = new JobAdoption(parts);
    this.#reports = new JobReports({ ...parts, transitions, queue, adoption });
    this.#of_schedules = new JobsOfSchedules({ ...parts, transitions });
    const { db, clock, retention: limits = JOB_RETENTION } = deps;
    this.#retention = new JobRetention({ db, clock, logs, limits });
  }

  /**
   * Queues a job and sends it if nothing is in the way.
   * @throws {AppError} forbidden, not_found, not_enrolled, no_paths, not_initialised, already_initialised
   */
  start(actor: Actor, host_id: string, request: StartJobRequest): Job {
    return this.#start(actor, host_id, { ...request, schedule_id: null });
  }

  /** Starts a job as a schedule would, now. @throws {AppError} as {@link start} */
  runSchedule(actor: Actor, schedule_id: string): Job {
    const { host_id, kind, backup_set, bandwidth } = this.#deps.schedules.get(actor, schedule_id);
    const own_set = backup_set === null ? {} : { backup_set };
    return this.#start(actor, host_id, { kind, bandwidth, schedule_id, ...own_set });
  }

  #start(
    actor: Actor,
    host_id: string,
    request: StartJobRequest & { schedule_id: string | null },
  ): Job {
    const { kind, bandwidth, schedule_id } = request;
    demand(actor, JOB_KINDS[kind].action);
    const { db, clock, audit, hosts } = this.#deps;
    const read_data = readDataOf(kind, request.read_data);
    return db.transaction(() => {
      const host = hosts.get(actor, host_id);
      const repository_id = this.#enrolledRepository(host);
      const backup_set = JOB_KINDS[kind].takes_backup_set
        ? request.backup_set ?? host.backup_set
        : null;
      const initialised = host.repository_initialised_at !== null;
      demandStartable(kind, { host_name: host.name, backup_set, initialised });
      this.#demandNotTwice(kind, host_id);
      const queued_at_ms = clock.now_ms();
      const id = mintId(queued_at_ms);
      this.#store.insert({
        id,
        host_id,
        repository_id,
        kind,
        actor_kind: actor.kind,
        actor_id: actor.id,
        actor_name: actor.name,
        ...{ schedule_id, due_at_ms: null, is_catch_up: false },
        options: { backup_set, bandwidth, ...(read_data && { read_data }) },
        queued_at_ms,
        expires_at_ms: queued_at_ms + COMMAND_TTL_SECONDS * 1000,
      });
      audit.record(actor, {
        action: "job.start",
        target_kind: "job",
        target_id: id,
        payload: {
          ...{ kind, host_id, host_name: host.name, schedule_id, backup_set, bandwidth },
          ...(read_data && { read_data }),
        },
      });
      this.#transitions.announce(id);
      this.#queue.dispatchHost(host_id);
      return this.#transitions.view(this.#store.byId(id)!);
    });
  }

  /** A queued job ends at once; a running one when its agent says so. @throws {AppError} job_finished */
  cancel(actor: Actor, job_id: string): Job {
    demand(actor, "job.cancel");
    const { db, clock, audit, commands, link } = this.#deps;
    return db.transaction(() => {
      const row = this.#row(job_id);
      if (hasEnded(row.status)) {
        throw new AppError("job_finished", "This job has ended already", {
          hint: "There is nothing left to cancel",
        });
      }
      if (row.cancel_requested_at_ms !== null) return this.#transitions.view(row);
      this.#store.setCancelRequested(job_id, clock.now_ms());
      audit.record(actor, {
        action: "job.cancel",
        target_kind: "job",
        target_id: job_id,
        payload: { kind: row.kind, host_id: row.host_id, host_name: row.host_name },
      });
      // A connected agent may have the command already: then its word ends the job, not ours.
      const unsent = row.status === "queued" ||
        (row.status === "dispatched" && row.due_at_ms === null && !link.connected(row.host_id) &&
          commands.withdraw(job_id));
      if (unsent) {
        const error = `Cancelled by ${actor.name} before it began`;
        this.#transitions.endedByServer(row, "cancelled", { error_class: "cancelled", error });
        this.#queue.dispatchHost(row.host_id);
      } else {
        this.#queue.issueCancel(row);
        this.#transitions.announce(job_id);
      }
      return this.#transitions.view(this.#row(job_id));
    });
  }

  /** @throws {AppError} not_found */
  get(actor: Actor, job_id: string): Job {
    demand(actor, "job.read");
    return this.#transitions.view(this.#row(job_id));
  }

  /** Those of these jobs that exist, in that order. */
  byIds(actor: Actor, job_ids: readonly string[]): Job[] {
    demand(actor, "job.read");
    return this.#store.byIds(job_ids).map((row) => this.#transitions.view(row));
  }

  /** Jobs whose short id begins with these hex digits, newest first. One statement. */
  byShortId(actor: Actor, digits: string, limit: number): Job[] {
    demand(actor, "job.read");
    return this.#store.byShortId(digits, limit).map((row) => this.#transitions.view(row));
  }

  /** Newest first unless the query says otherwise. */
  list(actor: Actor, query: ListJobsQuery): { items: Job[]; total: number } {
    demand(actor, "job.read");
    const { order, limit, offset } = query;
    const filter = { ...filterOf(query), status: query.status };
    const { rows, total } = this.#store.list(filter, { order, limit, offset });
    return { items: rows.map((row) => this.#transitions.view(row)), total };
  }

  /** What a host's page shows of its jobs: newest first, `open` in their order. One statement. */
  shownOfHost(
    actor: Actor,
    host_id: string,
    limits: { recent: number; backups: number },
  ): { recent: Job[]; backups: Job[]; open: Job[] } {
    demand(actor, "job.read");
    const jobs = this.#store.shownOfHost(host_id, limits)
      .map((row) => this.#transitions.view(row));
    const is_queued = ({ status }: Job) => Number(status === "queued");
    return {
      recent: jobs.slice(0, limits.recent),
      backups: jobs.filter(({ kind }) => kind === "backup").slice(0, limits.backups),
      open: jobs.filter(({ status }) => !hasEnded(status)).reverse()
        .sort((a, b) => is_queued(a) - is_queued(b)),
    };
  }

  /** How many jobs match the query, by status; its own status, order and page do not narrow it. */
  counts(
    actor: Actor,
    query: Pick<ListJobsQuery, "host_id" | "schedule_id" | "kind" | "since" | "until">,
  ): Map<JobStatus, number> {
    demand(actor, "job.read");
    return this.#store.counts(filterOf(query));
  }

  /** What is usual for the jobs of these hosts: the median of the last runs that succeeded. */
  usualTimes(actor: Actor, host_ids: readonly string[]): UsualTimes {
    demand(actor, "job.read");
    const since_ms = this.#deps.clock.now_ms() - USUAL_DAYS * 86_400_000;
    const took = this.#store.took([...new Set(host_ids)], { since_ms, runs: USUAL_RUNS });
    return new UsualTimes(took);
  }

  /** Every job that has not ended: those sent first, then the queued, each oldest first. */
  open(actor: Actor): Job[] {
    demand(actor, "job.read");
    return this.#store.open().map((row) => this.#transitions.view(row));
  }

  /** Lines after `after_seq`, in order, about 1 MiB at most; `last_seq` is where the next page goes on. */
  logs(
    actor: Actor,
    job_id: string,
    after_seq: number,
    limit: number,
  ): LogPage {
    demand(actor, "job.read");
    const row = this.#row(job_id);
    return logPage((after, count) => this.#lines(row, after, count), after_seq, limit);
  }

  /** Progress and time of the last news of a running job, from memory. */
  latest(job_id: string): JobNews | undefined {
    return this.#news.get(job_id);
  }

  /** When a running job last moved (protocol/job_movement.ts), in ms. */
  movedAt({ id, started_at, queued_at }: Job): number {
    return this.#news.movedAt(id, Date.parse(started_at ?? queued_at));
  }

  /**
   * Watches a job: subscribes first, then sends its row, its log after `after_seq`, its latest
   * progress, and then what comes. A late watcher always gets the final state. Returns the stop.
   */
  watch(actor: Actor, job_id: string, after_seq: number, sink: JobSink): () => void {
    demand(actor, "job.read");
    this.#row(job_id);
    return watchJob(
      {
        stream: this.#deps.stream,
        job: () => this.#transitions.view(this.#row(job_id)),
        lines: (seq, limit) => this.#lines(this.#row(job_id), seq, limit),
        progress: () => this.#news.get(job_id)?.progress,
      },
      job_id,
      { after_seq, sink },
    );
  }

  /** Applies an agent's message about its own job. A foreign or unknown job changes nothing: false. */
  apply(host_id: string, message: JobReport): boolean {
    return this.#reports.apply(host_id, message);
  }

  /** Makes the row of a job that an agent's schedule started by itself. */
  scheduled(host_id: string, message: JobScheduled): Scheduled {
    return this.#of_schedules.scheduled(host_id, message);
  }

  /** The newest job of each of these schedules, by the schedule's id. One statement. */
  lastOfSchedules(actor: Actor, schedule_ids: string[]): Map<string, Job> {
    demand(actor, "job.read");
    const rows = [...this.#store.lastOfSchedules(schedule_ids)];
    return new Map(rows.map(([id, row]) => [id, this.#transitions.view(row)]));
  }

  /** True if there is such a job, of whatever host. */
  exists(job_id: string): boolean {
    return this.#store.byId(job_id) !== undefined;
  }

  /** After a hello: jobs the server thinks are running there but the agent does not know of end. */
  reconcile(host_id: string, known_job_ids: string[]): void {
    this.#queue.reconcile(host_id, known_job_ids);
  }

  /** Sends queued jobs that nothing is in the way of, of one host or of all. Called once a minute too. */
  dispatch(host_id?: string): void {
    if (host_id === undefined) this.#queue.dispatchAll();
    else this.#queue.dispatchHost(host_id);
  }

  /** Ends jobs that did not begin in time. What waited for them goes with the next {@link dispatch}. */
  expire(): void {
    this.#queue.expire();
  }

  /** How the backups of these hosts ended on each day from `day` (2026-11-22) on. */
  days(host_ids: string[], day: string): HostDay[] {
    return this.#days.since(host_ids, day);
  }

  /** Removes jobs and logs that are old at `now_ms`, one short step per value. */
  keepHouse(now_ms: number): Generator<void> {
    return this.#retention.work(now_ms);
  }

  /** A log that was removed is gone at once, though its lines go in steps. */
  #lines(row: JobRow, after_seq: number, limit: number): LogLine[] {
    return row.log_removed_at_ms === null ? this.#logs.after(row.id, after_seq, limit) : [];
  }

  #row(job_id: string): JobRow {
    const row = this.#store.byId(job_id);
    if (row === undefined) throw new AppError("not_found", "There is no such job");
    return row;
  }

  #enrolledRepository(host: Host): string {
    if (host.enrolled_at !== null && host.repository_id !== null) return host.repository_id;
    throw new AppError("not_enrolled", `${host.name} has not enrolled yet`, {
      hint: "Run the install line on it first",
    });
  }

  /** A kind that makes something once is not queued twice. */
  #demandNotTwice(kind: JobKind, host_id: string): void {
    if (JOB_KINDS[kind].repository !== "absent") return;
    const twin = this.#store.openOfHost(host_id).find((row) => row.kind === kind);
    if (twin === undefined) return;
    throw new AppError("already_initialised", "The repository is being initialised already", {
      hint: `Job ${twin.id.slice(-8)} does it`,
    });
  }
}

function filterOf(
  { host_id, schedule_id, kind, since, until }: Pick<
    ListJobsQuery,
    "host_id" | "schedule_id" | "kind" | "since" | "until"
  >,
): JobFilter {
  const since_ms = since === undefined ? undefined : Date.parse(since);
  const until_ms = until === undefined ? undefined : Date.parse(until);
  return { host_id, schedule_id, kind, since_ms, until_ms };
}
