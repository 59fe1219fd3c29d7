/**
 * @module Which schedules fire next in the whole fleet, for display. Held in memory: schedules of
 * one time share its evaluation, and only the times that have passed are evaluated again.
 */
import { CronSchedule } from "../protocol/cron.ts";
import type { CronTimes } from "./schedule_times.ts";

/** What is due at one moment takes no longer than this many evaluations: the rest is shown later. */
const EVALUATIONS_MAX = 300;

interface Group {
  runs: CronSchedule;
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
  /** The server's clock may be set back: then all are evaluated again. */
  #evaluated_ms = -Infinity;

  /** Adds a schedule, or gives it other times. */
  put(id: string, times: CronTimes, now_ms: number): void {
    this.remove(id);
    const key = `${times.cron}\n${times.timezone}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      const runs = new CronSchedule(times.cron, times.timezone, { proven: true });
      this.#groups.set(key, group = { runs, next_ms: nextOf(runs, now_ms), ids: new Set() });
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
    this.#evaluate(now_ms);
    const coming = [...this.#groups.values()].filter(({ next_ms }) =>
      next_ms > now_ms && next_ms < Infinity
    );
    coming.sort((a, b) => a.next_ms - b.next_ms);
    for (const { ids, next_ms } of coming) {
      for (const id of ids) yield { id, at_ms: next_ms };
    }
  }

  #evaluate(now_ms: number): void {
    const was_set_back = now_ms < this.#evaluated_ms;
    let left = was_set_back ? Infinity : EVALUATIONS_MAX;
    for (const [key, group] of this.#groups) {
      if (group.ids.size === 0) {
        this.#groups.delete(key);
        continue;
      }
      const is_known = group.next_ms > now_ms && !was_set_back;
      if (is_known || left-- <= 0) continue;
      group.next_ms = nextOf(group.runs, now_ms);
    }
    if (left >= 0) this.#evaluated_ms = now_ms;
  }
}

function nextOf(runs: CronSchedule, now_ms: number): number {
  return runs.next(now_ms) ?? Infinity;
}
