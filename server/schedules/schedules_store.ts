/** @module The rows of schedules. */
import type { StatementSync } from "node:sqlite";
import { iso } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { Schedule } from "../protocol/entities.ts";

/** A schedule with what only agents need. */
export interface ScheduleRow {
  schedule: Schedule;
  since_ms: number;
}

/** What it takes to know when a schedule fires next. */
export interface ScheduleClock {
  id: string;
  host_id: string;
  cron: string;
  timezone: string;
}

/** A run that comes, as pages name it. */
export interface NamedSchedule {
  id: string;
  name: string;
  host_id: string;
  host_name: string;
  paused_until_ms: number | null;
  changed_in_version: number;
  applied_schedule_version: number | null;
}

/** A schedule that a text names. */
export interface FoundSchedule {
  id: string;
  name: string;
  host_id: string;
  host_name: string;
}

const COLUMNS = `id, host_id, name, kind, cron, timezone, jitter_seconds, catch_up, backup_set,
  bandwidth, enabled, since_ms, created_at_ms, changed_at_ms, changed_by, changed_in_version`;

export class SchedulesStore {
  readonly #by_id: StatementSync;
  readonly #of_host: StatementSync;
  readonly #count: StatementSync;
  readonly #put: StatementSync;
  readonly #remove: StatementSync;
  readonly #clocks: StatementSync;
  readonly #named: StatementSync;
  readonly #find: StatementSync;

  constructor(db: Database) {
    this.#by_id = db.prepare(`SELECT ${COLUMNS} FROM schedules WHERE id = :id`);
    this.#of_host = db.prepare(
      `SELECT ${COLUMNS} FROM schedules WHERE host_id = :host_id ORDER BY created_at_ms, id`,
    );
    this.#count = db.prepare("SELECT count(*) AS n FROM schedules WHERE host_id = :host_id");
    this.#put = db.prepare(
      `INSERT INTO schedules (${COLUMNS}) VALUES (:id, :host_id, :name, :kind, :cron, :timezone,
         :jitter_seconds, :catch_up, :backup_set, :bandwidth, :enabled, :since_ms, :created_at_ms,
         :changed_at_ms, :changed_by, :changed_in_version)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, cron = excluded.cron,
         timezone = excluded.timezone, jitter_seconds = excluded.jitter_seconds,
         catch_up = excluded.catch_up, backup_set = excluded.backup_set,
         bandwidth = excluded.bandwidth, enabled = excluded.enabled, since_ms = excluded.since_ms,
         changed_at_ms = excluded.changed_at_ms, changed_by = excluded.changed_by,
         changed_in_version = excluded.changed_in_version`,
    );
    this.#remove = db.prepare("DELETE FROM schedules WHERE id = :id");
    this.#clocks = db.prepare(
      "SELECT id, host_id, cron, timezone FROM schedules WHERE enabled = 1",
    );
    this.#named = db.prepare(
      `SELECT s.id, s.name, s.host_id, h.name AS host_name, h.paused_until_ms,
         s.changed_in_version, h.applied_schedule_version
       FROM json_each(:ids) AS wanted JOIN schedules s ON s.id = wanted.value
         JOIN hosts h ON h.id = s.host_id`,
    );
    this.#find = db.prepare(
      `SELECT s.id, s.name, s.host_id, h.name AS host_name
       FROM schedules s JOIN hosts h ON h.id = s.host_id
       WHERE instr(lower(s.name), :text) > 0
       ORDER BY lower(s.name) <> :text, instr(lower(s.name), :text), s.name, h.name LIMIT :limit`,
    );
  }

  /** Those whose name holds the text, in small letters; the closest first. */
  find(text: string, limit: number): FoundSchedule[] {
    return this.#find.all({ text, limit }) as unknown as FoundSchedule[];
  }

  byId(id: string): ScheduleRow | undefined {
    const row = this.#by_id.get({ id });
    return row === undefined ? undefined : toRow(row);
  }

  /** Oldest first. */
  ofHost(host_id: string): ScheduleRow[] {
    return this.#of_host.all({ host_id }).map(toRow);
  }

  count(host_id: string): number {
    return Number(this.#count.get({ host_id })!.n);
  }

  put({ schedule, since_ms }: ScheduleRow): void {
    const { id, host_id, name, kind, cron, timezone, jitter_seconds, changed_by } = schedule;
    const { backup_set, changed_in_version } = schedule;
    this.#put.run({
      ...{ id, host_id, name, kind, cron, timezone, jitter_seconds, changed_by, since_ms },
      ...{ changed_in_version },
      catch_up: Number(schedule.catch_up),
      enabled: Number(schedule.enabled),
      backup_set: backup_set === null ? null : JSON.stringify(backup_set),
      bandwidth: JSON.stringify(schedule.bandwidth),
      created_at_ms: Date.parse(schedule.created_at),
      changed_at_ms: Date.parse(schedule.changed_at),
    });
  }

  remove(id: string): void {
    this.#remove.run({ id });
  }

  /** Of every schedule that is enabled. */
  clocks(): ScheduleClock[] {
    return this.#clocks.all() as unknown as ScheduleClock[];
  }

  /** Those of these schedules that exist, in any order. */
  named(ids: readonly string[]): NamedSchedule[] {
    return this.#named.all({ ids: JSON.stringify(ids) }) as unknown as NamedSchedule[];
  }
}

function toRow(row: Record<string, unknown>): ScheduleRow {
  const { since_ms, created_at_ms, changed_at_ms, ...columns } = row;
  const schedule = {
    ...columns,
    catch_up: row.catch_up === 1,
    enabled: row.enabled === 1,
    backup_set: row.backup_set === null ? null : JSON.parse(row.backup_set as string),
    bandwidth: JSON.parse(row.bandwidth as string),
    created_at: iso(created_at_ms as number),
    changed_at: iso(changed_at_ms as number),
  } as Schedule;
  return { schedule, since_ms: since_ms as number };
}
