/**
 * @module Which schedules fire next in the whole fleet, for display. Held in memory: schedules of
 * one time share its evaluation, and only the times that have passed are evaluated again.
 */
import { CronSchedule } from "../protocol/cron.ts";
import type { CronTimes } from "./schedule_times.ts";

/** One look costs no more than so many evaluations: what is beyond them is shown by a later one. */
const EVALUATIONS_MAX = 300;
/** Reading an expression takes ten times as long. */
const READINGS_MAX = 50;

interface Group {
  times: CronTimes;
  /** Undefined until it was looked at. */
  runs: CronSchedule | undefined;
  next_ms: number;
  ids: Set<string>;
}

/** A run that comes, by the calendar. */
export interface Run {
  id: string;
  at_ms: number;
}

export class Upcoming {
  readonly #groups = new Map<string, Group>();
  readonly #group_of = new Map<string, Group>();
  /** Of all groups the nearest run first; before them those that were not evaluated yet. */
  #order: Group[] = [];
  /** The server's clock may be set back: then all are evaluated again. */
  #evaluated_ms = -Infinity;

  /** Adds a schedule, or gives it other times. */
  put(id: string, times: CronTimes): void {
    this.remove(id);
    const key = keyOf(times);
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { times, runs: undefined, next_ms: -Infinity, ids: new Set() };
      this.#groups.set(key, group);
      this.#order.unshift(group);
    }
    group.ids.add(id);
    this.#group_of.set(id, group);
  }

  remove(id: string): void {
    this.#group_of.get(id)?.ids.delete(id);
    this.#group_of.delete(id);
  }

  /** Runs after now, the nearest first. */
  *after(now_ms: number): Generator<Run> {
    this.evaluate(now_ms);
    for (const { ids, next_ms } of this.#order) {
      if (next_ms <= now_ms) continue;
      if (next_ms === Infinity) return;
      for (const id of ids) yield { id, at_ms: next_ms };
    }
  }

  /** Evaluates what is due, up to a bound. False if something is left for the next time. */
  evaluate(now_ms: number): boolean {
    if (now_ms < this.#evaluated_ms) {
      for (const group of this.#order) group.next_ms = -Infinity;
    }
    this.#evaluated_ms = now_ms;
    let readings = 0;
    for (let evaluations = 0; evaluations < EVALUATIONS_MAX; evaluations++) {
      const [first] = this.#order;
      if (first === undefined || first.next_ms > now_ms) return true;
      if (first.runs === undefined && ++readings > READINGS_MAX) return false;
      this.#order.shift();
      if (first.ids.size === 0) this.#groups.delete(keyOf(first.times));
      else this.#evaluateOne(first, now_ms);
    }
    return false;
  }

  #evaluateOne(group: Group, now_ms: number): void {
    const { cron, timezone } = group.times;
    group.runs ??= new CronSchedule(cron, timezone, { proven: true });
    group.next_ms = group.runs.next(now_ms) ?? Infinity;
    let [low, high] = [0, this.#order.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#order[middle]!.next_ms <= group.next_ms) low = middle + 1;
      else high = middle;
    }
    this.#order.splice(low, 0, group);
  }
}

function keyOf({ cron, timezone }: CronTimes): string {
  return `${cron}\n${timezone}`;
}
