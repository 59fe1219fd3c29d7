/**
 * @module Jobs on this machine: accepted, run one at a time (an agent has one repository), reported.
 * A dropped connection is not a cancel. No job starts before the repository's credentials arrived.
 */
import type { AgentMessage, JobFinished } from "../server/protocol/agent_messages.ts";
import type { Snapshot } from "../server/protocol/entities.ts";
import type { CommandCancel, CommandRun } from "../server/protocol/server_messages.ts";
import { mintId } from "../server/protocol/ids.ts";
import { COMMAND_TTL_SECONDS } from "../server/protocol/limits.ts";
import { messageOf } from "./errors.ts";
import type { HeldJob } from "./held_jobs_store.ts";
import { type FollowUp, jobKind, type JobKindEntry } from "./job_kinds.ts";
import { JobLog } from "./job_log.ts";
import { Coalescer } from "./coalesce.ts";
import type { AgentLog } from "./log.ts";
import type { NewReport, Outbox } from "./outbox.ts";
import type { RepositoryReports } from "./repository_reports.ts";
import type { OperationEvent, Outcome } from "./restic/restic.ts";
import type { ResticAccess } from "./restic_access.ts";
import type { DueRun } from "./schedules.ts";
import type { RepositorySettings, Settings } from "./settings.ts";
import type { AgentState } from "./state.ts";
import { iso, type Timing } from "./timing.ts";

const PROGRESS_INTERVAL_MS = 1000;
/** How soon to try again when the agent's own disk took nothing. */
const DISK_RETRY_MS = 2000;
/** Fewer than a hello can name as still to be reported. */
const ENDS_TOLD_AGAIN = 48;

export interface RunnerOptions {
  state: AgentState;
  outbox: Outbox;
  settings: Settings;
  restic: ResticAccess;
  reports: RepositoryReports;
  timing: Timing;
  log: AgentLog;
  /** Done once, before the first job. Never throws. */
  clearUp(options: { was_interrupted: boolean; signal: AbortSignal }): Promise<void>;
  sendLive(message: AgentMessage): void;
}

type JobEnd = Pick<JobFinished, "status" | "exit_code" | "error_class" | "error" | "stats">;

export class Runner {
  readonly #o: RunnerOptions;
  readonly #stopping = new AbortController();
  #current: { job_id: string; cancel: AbortController; log?: JobLog } | undefined;
  /** What is still to be told about the repository: a job that comes meanwhile goes first. */
  readonly #owed = new Set<FollowUp>();
  /** What the job that just ended has read of the repository. */
  #listed: { snapshots: Snapshot[]; config_version: number } | undefined;
  #telling = new AbortController();
  #wake = Promise.withResolvers<void>();
  #worker: Promise<void> | undefined;

  constructor(options: RunnerOptions) {
    this.#o = options;
  }

  /** Reports jobs that a crash interrupted, then works until {@link stop}. */
  start(): void {
    const interrupted = this.#o.state.jobs.running();
    for (const job of interrupted) {
      this.#finish(job, {
        ...NOTHING,
        status: "interrupted",
        error_class: "agent_restarted",
        error: "The agent ended while this job ran, and has started again.",
      });
    }
    this.#worker = this.#work(interrupted.length > 0);
  }

  /** Keeps a job. Call it in the transaction that records the command. */
  accept(command: CommandRun): void {
    if (!this.#o.state.jobs.accept(command, this.#o.timing.now_ms())) return this.repeat(command);
    this.#telling.abort();
    this.poke();
  }

  /** Keeps and reports the job of a due run. Call it in the transaction that marks the run. */
  acceptDue({ schedule, schedule_version, due_ms, is_catch_up }: DueRun): void {
    const { state, outbox, timing } = this.#o;
    const now_ms = timing.now_ms();
    const job_id = mintId(now_ms);
    const { kind, args } = schedule;
    const expires_at = iso(now_ms + COMMAND_TTL_SECONDS * 1000);
    state.jobs.accept({ job_id, kind, args, expires_at }, now_ms);
    state.jobs.noteSchedule(job_id, schedule.id);
    outbox.append({
      type: "job.scheduled",
      job_id,
      kind,
      schedule_id: schedule.id,
      schedule_version,
      due_at: iso(due_ms),
      is_catch_up,
      scheduled_at: iso(now_ms),
      expires_at,
      ...args,
    });
    this.#telling.abort();
  }

  /** Says in the log of the run before that a run was left out for it. */
  noteSkipped({ schedule, due_ms }: DueRun): void {
    const { job_id, log } = this.#current ?? {};
    if (job_id === undefined || this.#o.state.jobs.scheduleOf(job_id) !== schedule.id) return;
    log?.add("event", `[The run due at ${iso(due_ms)} was left out: this one was not over]`);
  }

  /** Reports again how a job ended that the server asks for once more: it has lost that. */
  repeat(command: CommandRun): void {
    const { jobs } = this.#o.state;
    if (jobs.byId(command.job_id)?.status !== "finished") return;
    const body = jobs.end(command.job_id);
    if (body === undefined || this.#o.outbox.jobIds().includes(command.job_id)) return;
    this.#o.outbox.append(JSON.parse(body) as NewReport);
  }

  /**
   * The server's database is an earlier copy that was put back. What was ordered and has not begun
   * is void, as nobody knows of it any more; what ended lately is told again. Call it in the
   * transaction that enters the new epoch.
   */
  enterEpoch(): void {
    const { state, outbox } = this.#o;
    const reported = new Set(outbox.jobIds());
    for (const { job_id, body } of state.jobs.newestEnds(ENDS_TOLD_AGAIN)) {
      if (!reported.has(job_id)) outbox.append(JSON.parse(body) as NewReport);
    }
    for (const job of state.jobs.pending()) {
      const is_own = job.id === this.#current?.job_id ||
        state.jobs.scheduleOf(job.id) !== undefined;
      if (!is_own) this.#finish(job, VOID);
    }
  }

  /** Reports a job that came too late. Call it in the transaction that records the command. */
  refuseExpired(command: CommandRun): void {
    if (!this.#o.state.jobs.accept(command, this.#o.timing.now_ms())) return;
    this.#finish(this.#o.state.jobs.byId(command.job_id)!, EXPIRED);
  }

  /** Cancels a waiting or running job; a finished or unknown one is left alone. */
  cancel(command: CommandCancel): void {
    const { job_id } = command;
    if (this.#current?.job_id === job_id) return this.#current.cancel.abort();
    const job = this.#o.state.jobs.byId(job_id);
    if (job?.status !== "pending") return;
    this.#finish(job, {
      ...NOTHING,
      status: "cancelled",
      error_class: "cancelled",
      error: "Cancelled before it began.",
    });
    this.poke();
  }

  /** Looks again for work: a job, credentials or the end came. */
  poke(): void {
    this.#wake.resolve();
  }

  get busy(): boolean {
    return this.#current !== undefined || this.#o.state.jobs.pending().length > 0;
  }

  /**
   * Jobs the server must not call lost: held here, or ended with a report still on its way.
   * At most 64, as hello allows.
   */
  heldJobIds(): string[] {
    const { jobs } = this.#o.state;
    const held = [...jobs.running(), ...jobs.pending()].map((job) => job.id);
    return [...new Set([...held, ...this.#o.outbox.jobIds()])].slice(0, 64);
  }

  /** Ends the running job as interrupted (restic is asked to end and waited for), and the work. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#current?.cancel.abort();
    this.poke();
    await this.#worker;
  }

  async #work(was_interrupted: boolean): Promise<void> {
    await this.#o.clearUp({ was_interrupted, signal: this.#stopping.signal });
    while (!this.#stopping.signal.aborted) {
      this.#wake = Promise.withResolvers<void>();
      const job = this.#o.state.jobs.pending()[0];
      if (job === undefined) await this.#wake.promise;
      else await this.#tryToTake(job);
    }
  }

  /** A full disk ends neither the agent nor the job: it waits. */
  async #tryToTake(job: HeldJob): Promise<void> {
    try {
      await this.#take(job);
    } catch (error) {
      this.#current = undefined;
      this.#o.log.error(`cannot work on job ${job.id}, trying again: ${messageOf(error)}`);
      await this.#o.timing.sleep(DISK_RETRY_MS, this.#stopping.signal);
    }
  }

  async #take(job: HeldJob): Promise<void> {
    const settings = this.#o.settings.withRepository;
    const left_ms = job.expires_at_ms - this.#o.timing.now_ms();
    if (left_ms <= 0) {
      return this.#finish(job, settings === undefined ? NO_CREDENTIALS : EXPIRED);
    }
    if (settings !== undefined) return await this.#run(job, settings);
    // Timers are cut off at 24 days; commands live a day.
    const woken = new AbortController();
    const expiry = this.#o.timing.sleep(Math.min(left_ms, 86_400_000), woken.signal);
    await Promise.race([this.#wake.promise, expiry]);
    woken.abort();
  }

  async #run(job: HeldJob, settings: RepositorySettings): Promise<void> {
    const { state, outbox, timing } = this.#o;
    const cancel = new AbortController();
    this.#current = { job_id: job.id, cancel };
    const started_at_ms = timing.now_ms();
    state.transaction(() => {
      state.jobs.start(job.id, started_at_ms);
      const started_at = iso(started_at_ms);
      outbox.append({ type: "job.started", job_id: job.id, kind: job.kind, started_at });
    });
    const kind = jobKind(job.kind);
    const outcome = await this.#outcomeOf(job, kind, settings, cancel.signal);
    const stopped = this.#stopping.signal.aborted && outcome.status === "cancelled";
    await this.#keepEnd(job.id, stopped ? STOPPED : outcome);
    if (outcome.status !== "cancelled" && kind !== undefined) {
      for (const one of kind.follow_ups(outcome)) this.#owed.add(one);
    }
    this.#tellListed();
    if (state.jobs.pending().length === 0) await this.#tell();
    this.#current = undefined;
  }

  /** Tries until the disk takes it: a snapshot that was made must not become an interrupted job. */
  async #keepEnd(job_id: string, end: JobEnd): Promise<void> {
    const { state, timing, log } = this.#o;
    for (;;) {
      try {
        return this.#finish(state.jobs.byId(job_id)!, end);
      } catch (error) {
        log.error(`cannot keep the end of job ${job_id}, trying again: ${messageOf(error)}`);
        if (this.#stopping.signal.aborted) return; // The next start reports it as interrupted.
        await timing.sleep(DISK_RETRY_MS, this.#stopping.signal);
      }
    }
  }

  /** The list that proved the backup is also the one that is told: restic reads it once. */
  #tellListed(): void {
    const listed = this.#listed;
    this.#listed = undefined;
    if (listed === undefined || !this.#owed.has("snapshots")) return;
    try {
      this.#o.reports.listed(listed.snapshots, listed.config_version);
      this.#owed.delete("snapshots");
    } catch (error) {
      this.#o.log.error(`cannot keep the list of snapshots: ${messageOf(error)}`);
    }
  }

  /** Listing and measuring a large repository takes minutes. */
  async #tell(): Promise<void> {
    this.#telling = new AbortController();
    const signal = AbortSignal.any([this.#telling.signal, this.#stopping.signal]);
    try {
      await this.#o.reports.followUp(this.#owed, signal);
    } catch (error) {
      this.#o.log.error(`cannot tell what changed after the job: ${messageOf(error)}`);
    }
  }

  /** Runs the job with its log and progress. Never throws. */
  async #outcomeOf(
    job: HeldJob,
    kind: JobKindEntry | undefined,
    settings: RepositorySettings,
    signal: AbortSignal,
  ): Promise<JobEnd & Outcome> {
    if (kind === undefined) {
      return failed("unknown", `This agent cannot run ${job.kind} jobs: update the agent.`);
    }
    const log = this.#logOf(job.id);
    if (this.#current !== undefined) this.#current.log = log;
    const progress = new Coalescer<AgentMessage>(
      this.#o.timing,
      PROGRESS_INTERVAL_MS,
      (message) => this.#o.sendLive(message),
    );
    const over = new AbortController();
    function onEvent(event: OperationEvent): void {
      if (event.type === "log") log.add(event.stream, event.text);
      else {
        const message = { type: "job.progress", job_id: job.id, ...event.progress } as const;
        progress.offer(message, over.signal);
      }
    }
    try {
      const program = await this.#o.restic.find();
      if ("error" in program) return failed("restic_not_found", program.error);
      const restic = this.#o.restic.open(program, settings);
      const { config_version } = settings;
      const onListing = (snapshots: Snapshot[]) =>
        void (this.#listed = { snapshots, config_version });
      return await kind.run(restic, job.args, { signal, onEvent, onListing });
    } catch (error) {
      this.#o.log.error(`job ${job.id} broke: ${messageOf(error)}`);
      return failed("unknown", `The agent could not run restic: ${messageOf(error)}`);
    } finally {
      over.abort();
      log.close();
    }
  }

  #logOf(job_id: string): JobLog {
    const { state, outbox, timing, log } = this.#o;
    return new JobLog({
      timing,
      write: (lines) =>
        state.logTransaction(() => {
          outbox.appendLog(job_id, lines);
          state.jobs.setLogLines(job_id, lines.at(-1)!.seq);
        }),
      onTrouble: (error) =>
        log.error(`cannot keep log lines of job ${job_id}: ${messageOf(error)}`),
    });
  }

  #finish(job: HeldJob, end: JobEnd): void {
    const { state, outbox, timing } = this.#o;
    state.joinTransaction(() => {
      state.jobs.finish(job.id);
      const now_ms = timing.now_ms();
      const report = {
        type: "job.finished",
        job_id: job.id,
        kind: job.kind,
        ...end,
        error: end.error?.slice(0, 4000) ?? null,
        log_lines: job.log_lines,
        started_at: job.started_at_ms === null ? null : iso(job.started_at_ms),
        finished_at: iso(now_ms),
      } as const;
      outbox.append(report);
      state.jobs.keepEnd(job.id, JSON.stringify(report), now_ms);
    });
    this.#o.log.info(`${job.kind} job ${end.status}`, { job: job.id });
  }
}

const NOTHING = { exit_code: null, stats: null } as const;
const NO_CREDENTIALS = failed(
  "no_credentials",
  "The job expired while it waited for the repository's credentials.",
);
const EXPIRED = failed(
  "expired",
  "The job reached this host too late, or this host's clock is wrong. Nothing was run.",
);
const VOID: JobEnd = {
  ...NOTHING,
  status: "cancelled",
  error_class: "expired",
  error: "The server was put back to an earlier copy before this job began. Nothing was run.",
};
const STOPPED: JobEnd = {
  ...NOTHING,
  status: "interrupted",
  error_class: "agent_restarted",
  error: "The agent was stopped while this job ran.",
};

function failed(error_class: NonNullable<Outcome["error_class"]>, error: string): Outcome {
  return { ...NOTHING, status: "failed", error_class, error };
}
