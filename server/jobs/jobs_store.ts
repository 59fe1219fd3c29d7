/** @module The rows of jobs. */
import type { SQLInputValue, StatementSync } from "node:sqlite";
import type { Database } from "../db/database.ts";
import type {
  ActorKind,
  BackupSet,
  Bandwidth,
  ErrorClass,
  JobKind,
  JobStats,
  JobStatus,
  ReadData,
} from "../protocol/entities.ts";
import type { Outcome } from "./job_outcome.ts";
import type { Run } from "./usual_times.ts";

export interface NewJobRow {
  id: string;
  host_id: string;
  repository_id: string;
  kind: JobKind;
  actor_kind: ActorKind;
  actor_id: string | null;
  actor_name: string | null;
  schedule_id: string | null;
  /** When it was due, of a run that the agent started by itself. */
  due_at_ms: number | null;
  is_catch_up: boolean;
  options: { backup_set: BackupSet | null; bandwidth: Bandwidth; read_data?: ReadData };
  queued_at_ms: number;
  expires_at_ms: number;
}

export interface JobRow extends NewJobRow {
  host_name: string;
  status: JobStatus;
  dispatched_at_ms: number | null;
  started_at_ms: number | null;
  finished_at_ms: number | null;
  cancel_requested_at_ms: number | null;
  exit_code: number | null;
  error_class: ErrorClass | null;
  error: string | null;
  stats: JobStats | null;
  log_lines: number;
  log_bytes: number;
  log_truncated: boolean;
  /** Lines beyond the log's quota. */
  log_dropped_lines: number;
  /** The line that stands for them. */
  log_dropped_from: number | null;
  /** When retention took the log. */
  log_removed_at_ms: number | null;
  /** Of a queued job: the job on the same repository that goes first, if any. */
  blocked_by: { id: string; kind: JobKind; queued: boolean } | null;
}

export interface JobFilter {
  host_id?: string | undefined;
  schedule_id?: string | undefined;
  kind?: JobKind | undefined;
  /** "active" is every status that a job can leave. */
  status?: JobStatus | "active" | undefined;
  since_ms?: number | undefined;
  until_ms?: number | undefined;
}

const OPEN = "('queued', 'dispatched', 'running')";

/** The few open jobs of a repository are looked at, and not every job that it ever had. */
const SELECT = `
  SELECT j.*, h.name AS host_name,
    CASE WHEN j.status = 'queued' THEN (
      SELECT json_object('id', b.id, 'kind', b.kind, 'queued',
        json(iif(b.status = 'queued', 'true', 'false')))
      FROM jobs b INDEXED BY jobs_open
      WHERE b.repository_id = j.repository_id AND b.status IN ${OPEN} AND b.id <> j.id
        AND (b.status <> 'queued' OR (b.queued_at_ms, b.rowid) < (j.queued_at_ms, j.rowid))
      ORDER BY b.status = 'queued', b.queued_at_ms, b.rowid LIMIT 1) END AS blocked_by
  FROM jobs j JOIN hosts h ON h.id = j.host_id`;

/** The columns a filter narrows, and how. Named parameters of the same name carry the values. */
const CONDITIONS = {
  host_id: "j.host_id = :host_id",
  schedule_id: "j.schedule_id = :schedule_id",
  kind: "j.kind = :kind",
  status: `(j.status = :status OR (:status = 'active' AND j.status IN ${OPEN}))`,
  since_ms: "j.queued_at_ms >= :since_ms",
  until_ms: "j.queued_at_ms < :until_ms",
} as const satisfies Record<keyof JobFilter, string>;

export class JobsStore {
  readonly #db: Database;
  readonly #lists = new Map<string, StatementSync>();
  readonly #insert: StatementSync;
  readonly #byId: StatementSync;
  readonly #byIds: StatementSync;
  readonly #byShortId: StatementSync;
  readonly #openOfHost: StatementSync;
  readonly #shownOfHost: StatementSync;
  readonly #lastOfSchedules: StatementSync;
  readonly #runOf: StatementSync;
  readonly #open: StatementSync;
  readonly #overdue: StatementSync;
  readonly #dispatched: StatementSync;
  readonly #started: StatementSync;
  readonly #ended: StatementSync;
  readonly #cancelRequested: StatementSync;
  readonly #logged: StatementSync;
  readonly #took: StatementSync;

  constructor(db: Database) {
    this.#db = db;
    this.#insert = db.prepare(`
      INSERT INTO jobs (id, host_id, repository_id, kind, status, actor_kind, actor_id, actor_name,
        schedule_id, due_at_ms, is_catch_up, options, queued_at_ms, expires_at_ms)
      VALUES (:id, :host_id, :repository_id, :kind, 'queued', :actor_kind, :actor_id, :actor_name,
        :schedule_id, :due_at_ms, :is_catch_up, :options, :queued_at_ms, :expires_at_ms)`);
    this.#byId = db.prepare(`${SELECT} WHERE j.id = :id`);
    this.#byIds = db.prepare(
      `${SELECT} JOIN json_each(:ids) AS wanted ON wanted.value = j.id ORDER BY wanted.key`,
    );
    this.#byShortId = db.prepare(`
      ${SELECT} WHERE substr(j.id, -8) >= :from_digits AND substr(j.id, -8) < :to_digits
      ORDER BY j.queued_at_ms DESC LIMIT :limit`);
    this.#openOfHost = db.prepare(`
      ${SELECT} JOIN repositories r ON r.id = j.repository_id
      WHERE r.host_id = :host_id AND j.status IN ${OPEN} ORDER BY j.queued_at_ms, j.rowid`);
    this.#shownOfHost = db.prepare(`
      ${SELECT} WHERE j.id IN (
        SELECT id FROM (SELECT id FROM jobs WHERE host_id = :host_id
          ORDER BY queued_at_ms DESC, rowid DESC LIMIT :recent)
        UNION SELECT id FROM (SELECT id FROM jobs WHERE host_id = :host_id AND kind = 'backup'
          ORDER BY queued_at_ms DESC, rowid DESC LIMIT :backups)
        UNION SELECT id FROM jobs WHERE host_id = :host_id AND status IN ${OPEN})
      ORDER BY j.queued_at_ms DESC, j.rowid DESC`);
    this.#lastOfSchedules = db.prepare(`
      ${SELECT} JOIN json_each(:schedule_ids) AS wanted ON j.id = (
        SELECT l.id FROM jobs l WHERE l.schedule_id = wanted.value
        ORDER BY l.queued_at_ms DESC, l.rowid DESC LIMIT 1)`);
    this.#runOf = db.prepare(
      "SELECT id FROM jobs WHERE schedule_id = :schedule_id AND due_at_ms = :due_at_ms LIMIT 1",
    );
    this.#open = db.prepare(
      `${SELECT} WHERE j.status IN ${OPEN} ORDER BY j.status = 'queued', j.queued_at_ms, j.rowid`,
    );
    this.#overdue = db.prepare(`
      ${SELECT} WHERE j.status IN ${OPEN} AND j.status <> 'running' AND j.due_at_ms IS NULL
        AND j.expires_at_ms <= :now_ms
      ORDER BY j.queued_at_ms LIMIT 1000`);
    this.#dispatched = db.prepare(
      "UPDATE jobs SET status = 'dispatched', dispatched_at_ms = :at_ms WHERE id = :id",
    );
    this.#started = db.prepare(
      "UPDATE jobs SET status = 'running', started_at_ms = :at_ms WHERE id = :id",
    );
    this.#ended = db.prepare(`
      UPDATE jobs SET status = :status, started_at_ms = coalesce(started_at_ms, :started_at_ms),
        finished_at_ms = :finished_at_ms, exit_code = :exit_code, error_class = :error_class,
        error = :error, stats = :stats
      WHERE id = :id`);
    this.#cancelRequested = db.prepare(
      "UPDATE jobs SET cancel_requested_at_ms = :at_ms WHERE id = :id",
    );
    this.#logged = db.prepare(`
      UPDATE jobs SET log_lines = log_lines + :lines, log_bytes = log_bytes + :bytes,
        log_truncated = max(log_truncated, :dropped_lines > 0),
        log_dropped_lines = log_dropped_lines + :dropped_lines,
        log_dropped_from = coalesce(log_dropped_from, :dropped_from)
      WHERE id = :id`);
    this.#took = db.prepare(`
      SELECT host_id, kind, took_ms FROM (
        SELECT host_id, kind, finished_at_ms - started_at_ms AS took_ms,
          row_number() OVER (PARTITION BY host_id, kind ORDER BY queued_at_ms DESC) AS n
        FROM jobs
        WHERE host_id IN (SELECT value FROM json_each(:host_ids)) AND status = 'succeeded'
          AND started_at_ms IS NOT NULL AND queued_at_ms >= :since_ms)
      WHERE n <= :runs ORDER BY host_id, kind, took_ms`);
  }

  insert(row: NewJobRow): void {
    const { options, is_catch_up } = row;
    this.#insert.run({
      ...row,
      options: JSON.stringify(options),
      is_catch_up: Number(is_catch_up),
    });
  }

  byId(id: string): JobRow | undefined {
    const row = this.#byId.get({ id });
    return row === undefined ? undefined : toJobRow(row);
  }

  /** The jobs of these ids that exist, in that order. */
  byIds(ids: readonly string[]): JobRow[] {
    return this.#byIds.all({ ids: JSON.stringify(ids) }).map(toJobRow);
  }

  /** Jobs whose short id, the last eight digits, begins with these; newest first. */
  byShortId(digits: string, limit: number): JobRow[] {
    return this.#byShortId.all({ from_digits: digits, to_digits: `${digits}g`, limit })
      .map(toJobRow);
  }

  /** Jobs of this host that have not ended, in the order of their queue. */
  openOfHost(host_id: string): JobRow[] {
    return this.#openOfHost.all({ host_id }).map(toJobRow);
  }

  /** The host's last jobs, its last backups and all that have not ended: newest first, each once. */
  shownOfHost(host_id: string, limits: { recent: number; backups: number }): JobRow[] {
    return this.#shownOfHost.all({ host_id, ...limits }).map(toJobRow);
  }

  /** The newest job of each of these schedules, by schedule. */
  lastOfSchedules(schedule_ids: readonly string[]): Map<string, JobRow> {
    const rows = this.#lastOfSchedules.all({ schedule_ids: JSON.stringify(schedule_ids) });
    return new Map(rows.map((row) => [row.schedule_id as string, toJobRow(row)]));
  }

  /** The job that a schedule's agent started for a due time. */
  runOf(schedule_id: string, due_at_ms: number): string | undefined {
    return this.#runOf.get({ schedule_id, due_at_ms })?.id as string | undefined;
  }

  /** Every job that has not ended: those sent first, then the queued, each oldest first. */
  open(): JobRow[] {
    return this.#open.all().map(toJobRow);
  }

  /** Jobs that have passed their expiry and did not begin; what an agent began, it ends itself. */
  overdue(now_ms: number): JobRow[] {
    return this.#overdue.all({ now_ms }).map(toJobRow);
  }

  list(
    filter: JobFilter,
    page: { order: "asc" | "desc"; limit: number; offset: number },
  ): { rows: JobRow[]; total: number } {
    const { where, values } = narrow(filter);
    const order = page.order === "asc" ? "ASC" : "DESC";
    const rows = this.#list(
      `${SELECT} ${where} ORDER BY j.queued_at_ms ${order}, j.rowid ${order} LIMIT :limit OFFSET :offset`,
    ).all({ ...values, limit: page.limit, offset: page.offset });
    const count = this.#list(`SELECT count(*) AS n FROM jobs j ${where}`).get(values);
    return { rows: rows.map(toJobRow), total: Number(count!.n) };
  }

  /** How many jobs match, by status. */
  counts(filter: JobFilter): Map<JobStatus, number> {
    const { where, values } = narrow(filter);
    const sql = `SELECT status, count(*) AS n FROM jobs j ${where} GROUP BY status`;
    const rows = this.#list(sql).all(values);
    return new Map(rows.map((row) => [row.status as JobStatus, Number(row.n)]));
  }

  /** How long the last succeeded runs of these hosts took, shortest first, by host and kind. */
  took(
    host_ids: readonly string[],
    { since_ms, runs }: { since_ms: number; runs: number },
  ): Run[] {
    return this.#took.all({ host_ids: JSON.stringify(host_ids), since_ms, runs })
      .map((row) => ({ ...row }) as unknown as Run);
  }

  setDispatched(id: string, at_ms: number): void {
    this.#dispatched.run({ id, at_ms });
  }

  setStarted(id: string, at_ms: number): void {
    this.#started.run({ id, at_ms });
  }

  setEnded(
    id: string,
    outcome: Outcome,
    times: { started_at_ms: number | null; finished_at_ms: number },
  ): void {
    const stats = outcome.stats === null ? null : JSON.stringify(outcome.stats);
    this.#ended.run({ id, ...outcome, stats, ...times });
  }

  setCancelRequested(id: string, at_ms: number): void {
    this.#cancelRequested.run({ id, at_ms });
  }

  /** Counts lines that were kept, and those that the quota dropped from one line on. */
  addLogged(
    id: string,
    added: { lines: number; bytes: number; dropped_lines: number; dropped_from: number | null },
  ): void {
    this.#logged.run({ id, ...added });
  }

  /** Statements of the lists, one for each combination of filters. */
  #list(sql: string): StatementSync {
    let statement = this.#lists.get(sql);
    if (statement === undefined) this.#lists.set(sql, statement = this.#db.prepare(sql));
    return statement;
  }
}

function narrow(filter: JobFilter): { where: string; values: Record<string, SQLInputValue> } {
  const names = Object.keys(CONDITIONS) as (keyof JobFilter)[];
  const given = names.filter((name) => filter[name] !== undefined);
  const values: Record<string, SQLInputValue> = {};
  for (const name of given) values[name] = filter[name]!;
  if (given.length === 0) return { where: "", values };
  return { where: `WHERE ${given.map((name) => CONDITIONS[name]).join(" AND ")}`, values };
}

function toJobRow(row: Record<string, unknown>): JobRow {
  return {
    ...(row as unknown as JobRow),
    options: JSON.parse(row.options as string),
    stats: row.stats === null ? null : JSON.parse(row.stats as string),
    is_catch_up: row.is_catch_up === 1,
    log_truncated: row.log_truncated === 1,
    blocked_by: row.blocked_by === null ? null : JSON.parse(row.blocked_by as string),
  };
}
