/**
 * @module What `restic check` prints, line by line, to its phases and counters (pure). It runs
 * without `--json`: with it restic says nothing before the end, up to 0.19 at least.
 */
import { type Progress, startingProgress } from "./progress.ts";

type Phase = Progress["phase"];

/** One reading of a counter, as "[0:03] 53.33%  8 / 15 packs". */
export interface Counter {
  elapsed_seconds: number;
  done: number;
  total: number;
  unit: string;
}

const COUNTER =
  /^\[(?:(\d{1,6}):)?(\d{1,2}):(\d{2})\] +(?:\d{1,3}\.\d{2}% +)?(\d{1,15}) \/ (\d{1,15}) ([a-z][a-z ]{0,40})$/;

/** The counter in a line of restic's, or undefined. */
export function parseCounter(line: string): Counter | undefined {
  const match = COUNTER.exec(line.trimEnd());
  if (match === null) return undefined;
  const [, hours = "0", minutes, seconds, done, total, unit] = match;
  return {
    elapsed_seconds: Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds),
    done: Number(done),
    total: Number(total),
    unit: unit!,
  };
}

const PHASES: readonly (readonly [RegExp, Phase])[] = [
  [/^load indexes$/, "loading_index"],
  [/^check all packs$/, "checking_packs"],
  [/^check snapshots, trees and blobs$/, "checking_snapshots"],
  [/^read (all data|group #\d+ of |\d[\d.]*% of |\d+ bytes )/, "reading_data"],
];

/** The phase that a line begins, or undefined. */
export function phaseBegun(line: string): Phase | undefined {
  return PHASES.find(([pattern]) => pattern.test(line))?.[1];
}

const GOOD = /^no errors were found$/;

/** True for the line that restic ends a good check with. */
export function saysNoErrors(line: string): boolean {
  return GOOD.test(line);
}

/** The time left is worth telling once so many seconds were counted. */
const ETA_AFTER_SECONDS = 2;

/** Follows one check through its phases. */
export class CheckMeter {
  #phase: Phase = "starting";
  #snapshots: number | undefined;
  #packs: number | undefined;

  /** The progress after a line of stdout; undefined if the line says nothing of it. */
  read(line: string): Progress | undefined {
    const begun = phaseBegun(line);
    if (begun !== undefined) {
      this.#phase = begun;
      return startingProgress(begun);
    }
    const counter = parseCounter(line);
    return counter === undefined ? undefined : this.#count(counter);
  }

  /** What the check went through, as far as it got. */
  get counted(): { snapshots_checked?: number; packs_read?: number } {
    return {
      ...(this.#snapshots === undefined ? {} : { snapshots_checked: this.#snapshots }),
      ...(this.#packs === undefined ? {} : { packs_read: this.#packs }),
    };
  }

  #count({ elapsed_seconds, done, total, unit }: Counter): Progress {
    if (this.#phase === "checking_snapshots" && unit === "snapshots") this.#snapshots = done;
    if (this.#phase === "reading_data" && unit === "packs") this.#packs = done;
    const knows_rest = done > 0 && done < total && elapsed_seconds >= ETA_AFTER_SECONDS;
    return {
      ...startingProgress(this.#phase),
      percent_done: total === 0 ? 0 : Math.min(1, done / total),
      files_done: done,
      total_files: total,
      eta_seconds: knows_rest ? Math.ceil(elapsed_seconds * (total - done) / done) : null,
    };
  }
}
