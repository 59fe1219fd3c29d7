/** @module How long to wait before the next attempt to connect. Pure but for chance, which is passed. */
import type { Timing } from "./timing.ts";

const CEILING_MS = 60_000;

/** Waits when trying again soon cannot help: the credential or the version was refused. */
export const SLOW_RETRY_MS = 60_000;

/** Full jitter: anything up to 1, 2, 4 … 60 s, so that a fleet does not return in one moment. */
export function backOff(failures: number, timing: Pick<Timing, "random">): number {
  const ceiling_ms = Math.min(CEILING_MS, 1000 * 2 ** Math.min(failures, 10));
  return Math.round(timing.random() * ceiling_ms);
}
