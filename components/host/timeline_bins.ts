/** @module Snapshots gathered into the columns of a timeline. Pure. */
import type { TimelinePoint } from "../../server/snapshots/snapshots.ts";

export interface Bin {
  from_ms: number;
  /** Up to here, exclusive. */
  until_ms: number;
  snapshots: number;
  /** What they added together; those without a figure count as nothing. */
  added_bytes: number;
}

const DAY_MS = 86_400_000;
const BINS_MAX = 180;
/** Fewer days than this are drawn as this many, so that two snapshots are no two walls. */
const BINS_LEAST = 24;

/** Columns of whole days from the first snapshot's day to the last's; empty without snapshots. */
export function binsOf(points: readonly TimelinePoint[]): Bin[] {
  const last = points.at(-1);
  if (last === undefined) return [];
  const end_ms = midnight(last.at_ms) + DAY_MS;
  const days = Math.max(BINS_LEAST, Math.ceil((end_ms - midnight(points[0]!.at_ms)) / DAY_MS));
  const days_each = Math.ceil(days / BINS_MAX);
  const count = Math.ceil(days / days_each);
  const bins = Array.from({ length: count }, (_, i): Bin => {
    const until_ms = end_ms - (count - 1 - i) * days_each * DAY_MS;
    return { from_ms: until_ms - days_each * DAY_MS, until_ms, snapshots: 0, added_bytes: 0 };
  });
  for (const { at_ms, added_bytes } of points) {
    const back = Math.floor((end_ms - 1 - at_ms) / (days_each * DAY_MS));
    const bin = bins[Math.max(0, count - 1 - back)]!;
    bin.snapshots++;
    bin.added_bytes += added_bytes ?? 0;
  }
  return bins;
}

function midnight(at_ms: number): number {
  return new Date(at_ms).setHours(0, 0, 0, 0);
}
