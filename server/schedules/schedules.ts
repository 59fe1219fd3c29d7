/**
 * @module Schedules: when hosts back themselves up. The server keeps and shows them; agents fire
 * them from their own copy, also without the server.
 */
import type { Audit } from "../audit/audit.ts";
import { type Actor, demand, SYSTEM } from "../auth/permissions.ts";
import { type Clock, iso } from "../clock.ts";
import type { Database } from "../db/database.ts";
import { AppError } from "../errors.ts";
import type { Hosts } from "../hosts/hosts.ts";
import { mintId } from "../ids.ts";
import type { Host, Schedule } from "../protocol/entities.ts";
import { SCHEDULES_MAX, SCHEDULES_MAX_CHARS } from "../protocol/limits.ts";
import type {
  AddScheduleRequest,
  EditScheduleRequest,
  PauseRequest,
  SchedulePreview,
  SchedulePreviewQuery,
  ShownSchedule,
} from "../protocol/schedule_rest.ts";
import type { ScheduleSet } from "../protocol/server_messages.ts";
import { Pauses } from "./pauses.ts";
import { demandTimes, KnownTimes, shownRun } from "./schedule_times.ts";
import { wordsOf } from "./schedule_words.ts";
import { type FoundSchedule, type ScheduleRow, SchedulesStore } from "./schedules_store.ts";
import { type UpcomingRun, UpNext } from "./up_next.ts";

export type { FoundSchedule } from "./schedules_store.ts";
export type { UpcomingRun } from "./up_next.ts";

export interface SchedulesDeps {
  db: Database;
  clock: Clock;
  audit: Audit;
  hosts: Hosts;
}

const PREVIEWED_RUNS = 5;

export class Schedules {
  readonly #deps: SchedulesDeps;
  readonly #store: SchedulesStore;
  readonly #known = new KnownTimes();
  readonly #up_next: UpNext;
  readonly #pauses: Pauses;

  constructor(deps: SchedulesDeps) {
    this.#deps = deps;
    this.#store = new SchedulesStore(deps.db);
    this.#up_next = new UpNext(this.#store);
    this.#pauses = new Pauses(deps);
  }

  /** Of one host, oldest first. @throws {AppError} not_found */
  list(actor: Actor, host_id: string): { items: ShownSchedule[]; total: number } {
    demand(actor, "schedule.read");
    const items = this.ofHost(actor, this.#deps.hosts.get(actor, host_id));
    return { items, total: items.length };
  }

  /** Those of a host that is at hand, oldest first. One statement. */
  ofHost(actor: Actor, host: Pick<Host, "id" | "paused">): ShownSchedule[] {
    demand(actor, "schedule.read");
    return this.#store.ofHost(host.id).map(({ schedule }) => this.#shown(schedule, host));
  }

  /** @throws {AppError} not_found */
  get(actor: Actor, schedule_id: string): ShownSchedule {
    demand(actor, "schedule.read");
    const { schedule } = this.#row(schedule_id);
    return this.#shown(schedule, this.#deps.hosts.get(actor, schedule.host_id));
  }

  /**
   * @throws {AppError} not_found, bad_cron, bad_timezone, never_fires, too_frequent, no_paths,
   * schedules_too_many, schedules_too_large
   */
  add(actor: Actor, host_id: string, request: AddScheduleRequest): ShownSchedule {
    demand(actor, "schedule.edit");
    return this.#deps.db.transaction(() => {
      const schedule = this.#make(actor, host_id, request);
      this.#record(actor, "schedule.add", schedule, { after: told(schedule) });
      return this.get(actor, schedule.id);
    });
  }

  /** What is not given stays. @throws {AppError} as {@link add} */
  edit(actor: Actor, schedule_id: string, edit: EditScheduleRequest): ShownSchedule {
    demand(actor, "schedule.edit");
    const { db, clock, hosts } = this.#deps;
    return db.transaction(() => {
      const before = this.#row(schedule_id);
      const after = { ...before.schedule, ...defined(edit) };
      const { cron, timezone } = demandTimes(after);
      Object.assign(after, { cron, timezone });
      demandPaths(after);
      const changed = changesOf(before.schedule, after);
      if (Object.keys(changed.after).length === 0) return this.get(actor, schedule_id);
      const now_ms = clock.now_ms();
      const is_new_time = ["cron", "timezone", "jitter_seconds"].some((f) => f in changed.after) ||
        (after.enabled && !before.schedule.enabled);
      after.changed_at = iso(now_ms);
      after.changed_by = actor.name;
      after.changed_in_version = hosts.schedules.raise(after.host_id);
      this.#put({ schedule: after, since_ms: is_new_time ? now_ms : before.since_ms });
      this.#record(actor, "schedule.edit", after, changed);
      return this.get(actor, schedule_id);
    });
  }

  /** The host forgets it; its jobs stay. @throws {AppError} not_found */
  remove(actor: Actor, schedule_id: string): void {
    demand(actor, "schedule.edit");
    const { db, hosts } = this.#deps;
    db.transaction(() => {
      const { schedule } = this.#row(schedule_id);
      hosts.schedules.raise(schedule.host_id);
      this.#store.remove(schedule_id);
      db.afterCommit(() => this.#up_next.remove(schedule_id));
      this.#record(actor, "schedule.remove", schedule, { before: told(schedule) });
    });
  }

  /** Gives other hosts the same schedule: all of them, or none. @throws {AppError} as {@link add} */
  clone(
    actor: Actor,
    schedule_id: string,
    host_ids: readonly string[],
  ): { items: ShownSchedule[]; total: number } {
    demand(actor, "schedule.edit");
    return this.#deps.db.transaction(() => {
      const { schedule } = this.#row(schedule_id);
      const items = [...new Set(host_ids)].map((host_id) => {
        const copy = this.#make(actor, host_id, schedule);
        this.#record(actor, "schedule.clone", copy, { from: schedule_id, after: told(copy) });
        return this.get(actor, copy.id);
      });
      return { items, total: items.length };
    });
  }

  /** Gives other hosts all schedules of one: all of them, or none. @throws {AppError} as {@link add} */
  cloneAll(actor: Actor, host_id: string, host_ids: readonly string[]): void {
    demand(actor, "schedule.edit");
    this.#deps.db.transaction(() => {
      for (const { id } of this.list(actor, host_id).items) this.clone(actor, id, host_ids);
    });
  }

  /** What a time means, for an editor. @throws {AppError} bad_cron, bad_timezone, never_fires, too_frequent */
  preview(actor: Actor, query: SchedulePreviewQuery): SchedulePreview {
    demand(actor, "schedule.read");
    const { cron, timezone, runs } = demandTimes(query);
    const next = runs.upcoming(this.#deps.clock.now_ms(), PREVIEWED_RUNS);
    return {
      text: wordsWithDelay({ cron, jitter_seconds: query.jitter_seconds }),
      next_runs: next.map((at_ms) => shownRun(at_ms, timezone)),
    };
  }

  /** The next runs of a schedule, after a pause of its host; none of one that is switched off. */
  nextRuns(actor: Actor, schedule: Schedule): SchedulePreview["next_runs"] {
    const { paused } = this.#deps.hosts.get(actor, schedule.host_id);
    if (!schedule.enabled) return [];
    const from_ms = this.#from(paused);
    const next = this.#known.of(schedule).upcoming(from_ms, PREVIEWED_RUNS);
    return next.map((at_ms) => shownRun(at_ms, schedule.timezone));
  }

  /** No schedule of the host fires until then. @throws {AppError} not_found, invalid_field */
  pause(actor: Actor, host_id: string, request: PauseRequest): Host {
    return this.#pauses.pause(actor, host_id, request);
  }

  /** Schedules fire again. What fell into the pause was not missed. Nothing if there is none. */
  resume(actor: Actor, host_id: string): Host {
    return this.#pauses.resume(actor, host_id);
  }

  /** What the host's agent should have in force; undefined if the host is gone. */
  version(host_id: string): number | undefined {
    return this.#deps.hosts.schedules.version(host_id);
  }

  /** All that the host's agent needs to fire by itself: never a secret. @throws {AppError} not_found */
  setFor(host_id: string): ScheduleSet {
    const { backup_set, schedule_version } = this.#deps.hosts.get(SYSTEM, host_id);
    const paused_until_ms = this.#deps.hosts.schedules.pausedUntil(host_id);
    return {
      type: "schedule.set",
      schedule_version,
      schedules: this.#store.ofHost(host_id).map(({ schedule, since_ms }) => ({
        id: schedule.id,
        kind: schedule.kind,
        cron: schedule.cron,
        timezone: schedule.timezone,
        jitter_seconds: schedule.jitter_seconds,
        catch_up: schedule.catch_up,
        enabled: schedule.enabled,
        since: iso(since_ms),
        args: {
          backup_set: schedule.backup_set ?? backup_set,
          bandwidth: schedule.bandwidth,
        },
      })),
      paused_until: paused_until_ms === null ? null : iso(paused_until_ms),
    };
  }

  /** The schedule as it is stored; undefined if it was removed. For jobs, which name it. */
  find(schedule_id: string): Schedule | undefined {
    return this.#store.byId(schedule_id)?.schedule;
  }

  /** Those whose name holds a text, the closest first. One statement. */
  named(actor: Actor, text: string, limit: number): FoundSchedule[] {
    demand(actor, "schedule.read");
    const wanted = text.trim().toLowerCase();
    return wanted === "" ? [] : this.#store.find(wanted, limit);
  }

  /** The next runs of the whole fleet, the nearest first. One statement, as a rule. */
  upNext(actor: Actor, limit: number): UpcomingRun[] {
    demand(actor, "schedule.read");
    return this.#up_next.first(this.#deps.clock.now_ms(), limit);
  }

  /** Makes {@link upNext} quick and whole for a large fleet. One short step for each value. */
  prepare(): Generator<void> {
    return this.#up_next.prepare(() => this.#deps.clock.now_ms());
  }

  /** Makes a schedule of a host. Call it in a transaction. */
  #make(
    actor: Actor,
    host_id: string,
    given: Omit<AddScheduleRequest, "kind"> & Pick<Schedule, "kind">,
  ): Schedule {
    const { clock, hosts } = this.#deps;
    const host_name = hosts.nameOf(host_id);
    const { name, kind, jitter_seconds, catch_up, backup_set, bandwidth, enabled } = given;
    const { cron, timezone } = demandTimes(given);
    demandPaths({ backup_set });
    if (this.#store.count(host_id) >= SCHEDULES_MAX) {
      throw new AppError("schedules_too_many", `${host_name} has ${SCHEDULES_MAX} schedules`, {
        hint: "Remove one that is not needed any more",
      });
    }
    const now_ms = clock.now_ms();
    const changed_in_version = hosts.schedules.raise(host_id);
    const now = iso(now_ms);
    const schedule: Schedule = {
      ...{ id: mintId(now_ms), host_id, name, kind, cron, timezone, jitter_seconds, catch_up },
      ...{ backup_set, bandwidth, enabled, changed_in_version },
      ...{ created_at: now, changed_at: now, changed_by: actor.name },
    };
    this.#put({ schedule, since_ms: now_ms });
    return schedule;
  }

  #put(row: ScheduleRow): void {
    const { db, hosts } = this.#deps;
    const { id, host_id, cron, timezone, enabled } = row.schedule;
    this.#store.put(row);
    if (JSON.stringify(this.setFor(host_id)).length > SCHEDULES_MAX_CHARS) {
      throw new AppError(
        "schedules_too_large",
        `The backup sets of ${hosts.nameOf(host_id)}'s schedules are together too large`,
        { field: "backup_set", hint: "Name folders rather than each file in them" },
      );
    }
    db.afterCommit(() => {
      if (enabled) this.#up_next.put(id, { cron, timezone });
      else this.#up_next.remove(id);
    });
  }

  #record(
    actor: Actor,
    action: "schedule.add" | "schedule.edit" | "schedule.remove" | "schedule.clone",
    { id, host_id, name }: Schedule,
    what: Record<string, unknown>,
  ): void {
    const { audit, hosts } = this.#deps;
    audit.record(actor, {
      action,
      target_kind: "schedule",
      target_id: id,
      payload: { name, host_id, host_name: hosts.nameOf(host_id), ...what },
    });
  }

  #shown(schedule: Schedule, { paused }: Pick<Host, "paused">): ShownSchedule {
    const next_ms = schedule.enabled
      ? this.#known.of(schedule).next(this.#from(paused))
      : undefined;
    return {
      ...schedule,
      text: wordsWithDelay(schedule),
      next_run_at: next_ms === undefined ? null : iso(next_ms),
    };
  }

  #from(paused: Host["paused"]): number {
    const until_ms = paused === null ? 0 : Date.parse(paused.until);
    return Math.max(this.#deps.clock.now_ms(), until_ms);
  }

  #row(schedule_id: string): ScheduleRow {
    const row = this.#store.byId(schedule_id);
    if (row === undefined) throw new AppError("not_found", "There is no such schedule");
    return row;
  }
}

function wordsWithDelay(
  { cron, jitter_seconds }: Pick<Schedule, "cron" | "jitter_seconds">,
): string {
  if (jitter_seconds === 0) return wordsOf(cron);
  const minutes = Math.ceil(jitter_seconds / 60);
  return `${wordsOf(cron)}, up to ${minutes} min later`;
}

function demandPaths({ backup_set }: Pick<Schedule, "backup_set">): void {
  if (backup_set === null || backup_set.paths.length > 0) return;
  throw new AppError("invalid_field", "A backup set of its own needs at least one path", {
    field: "backup_set.paths",
    hint: "Add a path, or let the schedule use the host's default set",
  });
}

const EDITABLE = [
  ...["name", "cron", "timezone", "jitter_seconds", "catch_up", "backup_set", "bandwidth"],
  "enabled",
] as (keyof EditScheduleRequest)[];

/** What the audit log keeps of a schedule. */
function told(schedule: Schedule): Partial<Schedule> {
  return Object.fromEntries(EDITABLE.map((field) => [field, schedule[field]]));
}

function changesOf(before: Schedule, after: Schedule): {
  before: Partial<Schedule>;
  after: Partial<Schedule>;
} {
  const changed = EDITABLE.filter((field) =>
    JSON.stringify(before[field]) !== JSON.stringify(after[field])
  );
  const of = (one: Schedule) => Object.fromEntries(changed.map((field) => [field, one[field]]));
  return { before: of(before), after: of(after) };
}

/** Without fields that are present but undefined. */
function defined(
  edit: EditScheduleRequest,
): { [K in keyof EditScheduleRequest]: NonNullable<EditScheduleRequest[K]> } {
  return Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== undefined));
}
