/**
 * @module The time from which housekeeping counts ages. A clock that is suddenly years ahead must not
 * remove what nobody can bring back: it is followed at once when it goes back, and a day later when it
 * jumps ahead. A machine that slept, or was off for long, looks the same and waits the same day.
 */
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import { Meta } from "../db/meta.ts";
import { storageFaultOf } from "../db/storage_fault.ts";

const HOUR_MS = 3_600_000;
/** More than this ahead of what was expected is a jump. */
const JUMP_MS = HOUR_MS;
/** A start comes later than the end before it by up to this, without a doubt. */
const DOWN_MS = 24 * HOUR_MS;
/** So long somebody may see that the clock is wrong, and set it. */
const DOUBT_MS = 24 * HOUR_MS;
const KEY = "housekept_at_ms";

export interface CarefulTimeDeps {
  db: Database;
  clock: Clock;
  /** Milliseconds that nobody can set; the process's own unless told. */
  elapsed_ms?: () => number;
}

export class CarefulTime {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #elapsed_ms: () => number;
  readonly #meta: Meta;
  /** What was believed last, and when by the clock that nobody can set. */
  #believed: { now_ms: number; elapsed_ms: number } | undefined;
  #doubted_since_ms: number | undefined;

  constructor({ db, clock, elapsed_ms = () => performance.now() }: CarefulTimeDeps) {
    this.#db = db;
    this.#clock = clock;
    this.#elapsed_ms = elapsed_ms;
    this.#meta = new Meta(db);
  }

  /** Now, or what it would be without a jump ahead that is not a day old. Remembered over restarts. */
  now_ms(): number {
    const elapsed_ms = this.#elapsed_ms();
    const now_ms = this.#believe(this.#clock.now_ms(), elapsed_ms);
    this.#believed = { now_ms, elapsed_ms };
    this.#keep(now_ms);
    return now_ms;
  }

  /** What housekeeping removes may be what frees a full disk. */
  #keep(now_ms: number): void {
    try {
      this.#db.transaction(() => this.#meta.set(KEY, String(now_ms)));
    } catch (error) {
      if (storageFaultOf(error) === undefined) throw error;
    }
  }

  #believe(now_ms: number, elapsed_ms: number): number {
    const expected = this.#expected(elapsed_ms);
    if (expected === undefined || now_ms <= expected.now_ms + expected.tolerance_ms) {
      this.#doubted_since_ms = undefined;
      return now_ms;
    }
    this.#doubted_since_ms ??= elapsed_ms;
    if (elapsed_ms - this.#doubted_since_ms < DOUBT_MS) return expected.now_ms;
    this.#doubted_since_ms = undefined;
    return now_ms;
  }

  #expected(elapsed_ms: number): { now_ms: number; tolerance_ms: number } | undefined {
    const before = this.#believed;
    if (before !== undefined) {
      const now_ms = before.now_ms + elapsed_ms - before.elapsed_ms;
      return { now_ms, tolerance_ms: this.#doubted_since_ms === undefined ? JUMP_MS : 0 };
    }
    const kept = this.#meta.get(KEY);
    return kept === undefined ? undefined : { now_ms: Number(kept), tolerance_ms: DOWN_MS };
  }
}
