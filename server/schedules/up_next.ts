/** @module The next runs of the whole fleet, named. */
import type { CronTimes } from "./schedule_times.ts";
import type { SchedulesStore } from "./schedules_store.ts";
import { type Run, Upcoming } from "./upcoming.ts";

/** A run that comes, by the calendar. */
export interface UpcomingRun {
  schedule_id: string;
  schedule_name: string;
  host_id: string;
  host_name: string;
  at_ms: number;
  /** Its last change is in force on the host. */
  is_on_host: boolean;
}

/** Runs that are named with one statement, to find those that are shown. */
const NAMED_AT_ONCE = 50;
/** Where more hosts than this are paused, the list is shorter. */
const STATEMENTS_MAX = 4;

export class UpNext {
  readonly #store: SchedulesStore;
  #upcoming: Upcoming | undefined;

  constructor(store: SchedulesStore) {
    this.#store = store;
  }

  /** A schedule that is enabled has these times from now on. */
  put(id: string, times: CronTimes, now_ms: number): void {
    this.#upcoming?.put(id, times, now_ms);
  }

  /** A schedule is gone, or switched off. */
  remove(id: string): void {
    this.#upcoming?.remove(id);
  }

  /** The nearest first; without those that fall into a pause. */
  first(now_ms: number, limit: number): UpcomingRun[] {
    const runs = this.#held(now_ms).after(now_ms);
    const shown: UpcomingRun[] = [];
    for (let n = 0; n < STATEMENTS_MAX && shown.length < limit; n++) {
      const page = nextOf(runs, NAMED_AT_ONCE);
      if (page.length === 0) break;
      shown.push(...this.#named(page));
    }
    return shown.slice(0, limit);
  }

  #named(runs: Run[]): UpcomingRun[] {
    const named = new Map(
      this.#store.named(runs.map(({ id }) => id)).map((row) => [row.id, row]),
    );
    const shown: UpcomingRun[] = [];
    for (const { id, at_ms } of runs) {
      const row = named.get(id);
      if (row === undefined) this.remove(id); // Its host was removed.
      else if ((row.paused_until_ms ?? 0) < at_ms) {
        const { name: schedule_name, host_id, host_name } = row;
        const is_on_host = (row.applied_schedule_version ?? -1) >= row.changed_in_version;
        shown.push({ schedule_id: id, schedule_name, host_id, host_name, at_ms, is_on_host });
      }
    }
    return shown;
  }

  /** Read once: from then on every change is noted. */
  #held(now_ms: number): Upcoming {
    if (this.#upcoming === undefined) {
      const upcoming = this.#upcoming = new Upcoming();
      for (const { id, ...times } of this.#store.clocks()) upcoming.put(id, times, now_ms);
    }
    return this.#upcoming;
  }
}

function nextOf(runs: Iterator<Run>, count: number): Run[] {
  const page: Run[] = [];
  while (page.length < count) {
    const { value, done } = runs.next();
    if (done) break;
    page.push(value);
  }
  return page;
}
