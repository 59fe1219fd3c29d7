/**
 * @module The schedules this agent fires, with or without the server: the last set it was given and
 * could use, from its own disk, for ever. Each due run is dealt with once: that is written down in
 * the transaction that makes its job.
 */
import { CronError, CronSchedule } from "../server/protocol/cron.ts";
import type { ScheduleAck } from "../server/protocol/agent_messages.ts";
import type { AgentSchedule, ScheduleSet } from "../server/protocol/server_messages.ts";
import { jobKind } from "./job_kinds.ts";
import type { AgentLog } from "./log.ts";
import type { AgentState } from "./state.ts";
import type { Timing } from "./timing.ts";

/** A run that begins later than this after its time makes up for missed ones. */
const PUNCTUAL_MS = 120_000;
/** A run marked as done so far ahead was marked by a clock that was wrong. */
const CLOCK_TRUST_MS = 3_600_000;

/** A run that is due now. */
export interface DueRun {
  schedule: AgentSchedule;
  schedule_version: number;
  /** As the calendar says, without the host's own delay, in ms since the epoch. */
  due_ms: number;
  is_catch_up: boolean;
}

interface Entry {
  schedule: AgentSchedule;
  cron: CronSchedule;
  /** The host's own part of the random delay. */
  delay_ms: number;
  handled_until_ms: number;
  /** When the next run begins; undefined until it was looked for. */
  next_start_ms: number | undefined;
}

export interface SchedulesOptions {
  host_id: string;
  state: AgentState;
  timing: Timing;
  log: AgentLog;
}

export class Schedules {
  readonly #o: SchedulesOptions;
  #entries: Entry[];
  #paused_until_ms: number;

  /** Opens what the disk holds. */
  static async open(options: SchedulesOptions): Promise<Schedules> {
    const { state, log, host_id } = options;
    const entries: Entry[] = [];
    for (const { schedule, handled_until_ms } of state.schedules.all()) {
      try {
        entries.push(
          await toEntry(schedule, { cron: usable(schedule), handled_until_ms }, host_id),
        );
      } catch (error) {
        if (!(error instanceof UnusableError)) throw error;
        log.error(`cannot use schedule ${schedule.id} any more: ${error.message}`);
        // The server sends its set again when it hears of no version, and shows what is refused.
        state.transaction(() => state.seen.setFact("schedule_version", "0"));
      }
    }
    return new Schedules(options, entries);
  }

  private constructor(options: SchedulesOptions, entries: Entry[]) {
    this.#o = options;
    this.#entries = entries;
    this.#paused_until_ms = Number(options.state.seen.fact("schedules_paused_until_ms") ?? 0);
  }

  /** The version in force; 0 before there was any. */
  get version(): number {
    return Number(this.#o.state.seen.fact("schedule_version") ?? 0);
  }

  get count(): number {
    return this.#entries.length;
  }

  /** Until when nothing fires; past, or 0, if nothing is paused. */
  get paused_until_ms(): number {
    return this.#paused_until_ms;
  }

  /**
   * Puts a set in force and keeps it, or says why not: then the old one goes on. Undefined if it is
   * older than the one in force.
   */
  async apply(set: ScheduleSet, epoch: number): Promise<Omit<ScheduleAck, "type"> | undefined> {
    const { state, log, host_id } = this.#o;
    const known_epoch = Number(state.seen.fact("schedule_epoch") ?? 0);
    if (epoch < known_epoch) return undefined;
    if (epoch === known_epoch && set.schedule_version < this.version) return undefined;
    const entries: Entry[] = [];
    try {
      for (const schedule of set.schedules) {
        const cron = usable(schedule);
        const handled_until_ms = this.#handledUntil(schedule);
        entries.push(await toEntry(schedule, { cron, handled_until_ms }, host_id));
      }
    } catch (error) {
      if (!(error instanceof UnusableError)) throw error;
      log.error(`refused schedules version ${set.schedule_version}: ${error.message}`);
      return { schedule_version: this.version, refused: error.message.slice(0, 512) };
    }
    const paused_until_ms = set.paused_until === null ? 0 : Date.parse(set.paused_until);
    state.transaction(() => {
      for (const { schedule } of this.#entries) state.schedules.remove(schedule.id);
      for (const entry of entries) state.schedules.put(entry);
      state.seen.setFact("schedule_version", String(set.schedule_version));
      state.seen.setFact("schedule_epoch", String(epoch));
      state.seen.setFact("schedules_paused_until_ms", String(paused_until_ms));
    });
    this.#entries = entries;
    this.#paused_until_ms = paused_until_ms;
    return { schedule_version: set.schedule_version, refused: null };
  }

  /**
   * The runs that are due now, at most one of each schedule: one that was off for a month has one
   * to make up for, or none if it does not want that. Whatever is not answered is dealt with.
   */
  due(): DueRun[] {
    const now_ms = this.#o.timing.now_ms();
    const runs: DueRun[] = [];
    for (const entry of this.#entries) {
      this.#distrustFuture(entry, now_ms);
      if (!this.#mayFire(entry, now_ms) || this.#startsAfter(entry, now_ms)) continue;
      const due_ms = entry.cron.last(this.#from(entry), now_ms - entry.delay_ms);
      if (due_ms === undefined) continue;
      const is_catch_up = now_ms - (due_ms + entry.delay_ms) > PUNCTUAL_MS;
      if (is_catch_up && !entry.schedule.catch_up) this.#skip(entry, due_ms);
      else {
        const { schedule } = entry;
        runs.push({ schedule, schedule_version: this.version, due_ms, is_catch_up });
      }
    }
    return runs;
  }

  /** Marks a run as dealt with, in one transaction with what is made of it. */
  handle({ schedule, due_ms }: Pick<DueRun, "schedule" | "due_ms">, make = () => {}): void {
    const { state } = this.#o;
    state.transaction(() => {
      state.schedules.setHandled(schedule.id, due_ms);
      make();
    });
    const entry = this.#entries.find((one) => one.schedule.id === schedule.id);
    if (entry === undefined) return;
    entry.handled_until_ms = due_ms;
    entry.next_start_ms = undefined;
  }

  /** When the next run of any schedule begins, in ms since the epoch. */
  nextStart(): number | undefined {
    const now_ms = this.#o.timing.now_ms();
    const starts = this.#entries.filter((entry) => entry.schedule.enabled)
      .map((entry) => this.#nextStart(entry, Math.max(now_ms, this.#paused_until_ms)));
    return starts.reduce(
      (a, b) => a === undefined || (b !== undefined && b < a) ? b : a,
      undefined,
    );
  }

  #nextStart(entry: Entry, from_ms: number): number | undefined {
    const next_ms = entry.cron.next(from_ms - entry.delay_ms);
    return next_ms === undefined ? undefined : next_ms + entry.delay_ms;
  }

  #mayFire(entry: Entry, now_ms: number): boolean {
    return entry.schedule.enabled && now_ms >= this.#paused_until_ms;
  }

  /** Looked for once, so that a quiet minute costs nothing. */
  #startsAfter(entry: Entry, now_ms: number): boolean {
    if (entry.next_start_ms === undefined) {
      const next_ms = entry.cron.next(this.#from(entry));
      entry.next_start_ms = next_ms === undefined ? Infinity : next_ms + entry.delay_ms;
    }
    return entry.next_start_ms > now_ms;
  }

  /** What fell into a pause was not missed. */
  #from(entry: Entry): number {
    return Math.max(entry.handled_until_ms, this.#paused_until_ms);
  }

  #skip({ schedule }: Entry, due_ms: number): void {
    this.#o.log.warn(`missed a run of schedule ${schedule.id}, and it wants no catch-up`);
    this.handle({ schedule, due_ms });
  }

  /** The clock was set back: nothing would fire until it is there again. */
  #distrustFuture(entry: Entry, now_ms: number): void {
    if (entry.handled_until_ms <= now_ms + CLOCK_TRUST_MS) return;
    this.#o.log.warn("this machine's clock was set back: schedules go on from now");
    this.handle({ schedule: entry.schedule, due_ms: now_ms });
  }

  /** A schedule that is new, or has other times than before, has missed nothing yet. */
  #handledUntil(schedule: AgentSchedule): number {
    const before = this.#entries.find((entry) => entry.schedule.id === schedule.id);
    return Math.max(before?.handled_until_ms ?? 0, Date.parse(schedule.since));
  }
}

class UnusableError extends Error {}

function usable(schedule: AgentSchedule): CronSchedule {
  if (jobKind(schedule.kind) === undefined) {
    throw new UnusableError(`This agent cannot run ${schedule.kind} jobs: update the agent`);
  }
  try {
    return new CronSchedule(schedule.cron, schedule.timezone);
  } catch (error) {
    if (!(error instanceof CronError)) throw error;
    throw new UnusableError(`${schedule.cron} in ${schedule.timezone}: ${error.message}`);
  }
}

async function toEntry(
  schedule: AgentSchedule,
  kept: Pick<Entry, "cron" | "handled_until_ms">,
  host_id: string,
): Promise<Entry> {
  const delay_ms = await stableDelay(`${host_id} ${schedule.id}`, schedule.jitter_seconds);
  return { schedule, ...kept, delay_ms, next_start_ms: undefined };
}

/** The same on every start, and another on each host: hosts of one schedule do not begin together. */
async function stableDelay(seed: string, jitter_seconds: number): Promise<number> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(seed));
  const part = new DataView(digest).getUint32(0) / 2 ** 32;
  return Math.floor(part * (jitter_seconds + 1)) * 1000;
}
