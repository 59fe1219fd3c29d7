/** @module How long jobs take as a rule. Pure. */
import type { JobKind } from "../protocol/entities.ts";

/** The newest runs of a host and kind that say what is usual, and how far back they may lie. */
export const USUAL_RUNS = 30;
export const USUAL_DAYS = 90;
/** Fewer say nothing. */
const LEAST_RUNS = 3;

export interface Run {
  host_id: string;
  kind: JobKind;
  took_ms: number;
}

/** The medians of some runs, by host and kind. */
export class UsualTimes {
  readonly #seconds = new Map<string, number>();

  constructor(runs: readonly Run[]) {
    for (const [key, of_one] of Map.groupBy(runs, keyOf)) {
      const took = of_one.map((run) => run.took_ms).sort((a, b) => a - b);
      if (took.length >= LEAST_RUNS) {
        this.#seconds.set(key, took[Math.floor(took.length / 2)]! / 1000);
      }
    }
  }

  /** The median in seconds; undefined when too few runs succeeded. */
  of(job: { host_id: string; kind: JobKind }): number | undefined {
    return this.#seconds.get(keyOf(job));
  }
}

function keyOf({ host_id, kind }: { host_id: string; kind: JobKind }): string {
  return `${host_id} ${kind}`;
}
