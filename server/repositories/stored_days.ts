/** @module How all repositories together grew: kept as the change of each day, read from today back. */
import { type Clock, dayBefore } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { StoredDay } from "../protocol/entities.ts";
import { StoredDaysStore } from "./stored_days_store.ts";

const KEPT_DAYS = 400;

export class StoredDays {
  readonly #clock: Clock;
  readonly #store: StoredDaysStore;

  constructor({ db, clock }: { db: Database; clock: Clock }) {
    this.#clock = clock;
    this.#store = new StoredDaysStore(db);
  }

  /** Notes that so much more is stored than before, or less. Call it in that transaction. */
  add(change_bytes: number): void {
    if (change_bytes === 0) return;
    this.#store.add(dayBefore(this.#clock, 0), change_bytes);
    this.#store.dropBefore(dayBefore(this.#clock, KEPT_DAYS));
  }

  /**
   * What was stored at the end of each day, oldest first, from the first that is known. It starts from
   * what is stored now, so that the line ends at the figure beside it.
   */
  upToNow(now_bytes: number, day_count: number): StoredDay[] {
    const changes = this.#store.changes();
    if (changes.size === 0) return [];
    const first = [...changes.keys()].reduce((least, day) => day < least ? day : least);
    const days: StoredDay[] = [];
    let size_bytes = now_bytes;
    for (let back = 0; back < day_count; back++) {
      const day = dayBefore(this.#clock, back);
      if (day < first) break;
      days.push({ day, size_bytes: Math.max(0, size_bytes) });
      size_bytes -= changes.get(day) ?? 0;
    }
    return days.reverse();
  }
}
