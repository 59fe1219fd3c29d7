/** @module When a host's snapshots were taken, and what each of those days added. */
import type { TimelinePoint } from "../../server/snapshots/snapshots.ts";
import { BarChart } from "../BarChart.tsx";
import { dayMonth, weekday } from "../days.ts";
import { bytes, count, counted } from "../format.ts";
import { type Bin, binsOf } from "./timeline_bins.ts";

export interface SnapshotTimelineProps {
  /** Oldest first. */
  points: TimelinePoint[];
  /** How many there are; the chart may hold the newest only. */
  total: number;
  /** What the filter picks, in ms; undefined without one. */
  picked: { since_ms: number; until_ms: number } | undefined;
}

const LEAST_POINTS = 2;

/** Bars as high as the data added; nothing for one snapshot or none. */
export function SnapshotTimeline({ points, total, picked }: SnapshotTimelineProps) {
  const [first, last] = [points[0], points.at(-1)];
  if (points.length < LEAST_POINTS || first === undefined || last === undefined) return null;
  const bins = binsOf(points);
  const most = Math.max(...bins.map((bin) => bin.added_bytes));
  const shown = points.length < total ? `Newest ${count(points.length)} of ${count(total)}` : "";
  const title = `${shown || counted(total, "snapshot")}, ${dayMonth(first.at_ms)} to ${
    dayMonth(last.at_ms)
  }`;
  const middle = bins[Math.floor(bins.length / 2)]!;
  return (
    <div class="timeline">
      <div class="row wrap">
        <b class="medium">{title}</b>
        <span class="push meta">
          {most === 0 ? "added data not known" : `at most ${bytes(most)} added`}
        </span>
      </div>
      <BarChart
        height={44}
        label={`${title}. Height is the data added.`}
        bars={bins.map((bin) => ({
          key: String(bin.from_ms),
          // A root keeps the small days visible beside a first backup of everything.
          value: Math.sqrt(bin.added_bytes),
          label: `${dayOf(bin)}: ${
            bin.snapshots === 0
              ? "no snapshot"
              : `${counted(bin.snapshots, "snapshot")}, ${bytes(bin.added_bytes)} added`
          }`,
          picked: picked !== undefined && bin.until_ms > picked.since_ms &&
            bin.from_ms < picked.until_ms,
        }))}
      />
      <div class="xaxis xaxis-full" aria-hidden="true">
        <span>{dayMonth(bins[0]!.from_ms)}</span>
        <span>{dayMonth(middle.from_ms)}</span>
        <span>{dayMonth(last.at_ms)}</span>
      </div>
    </div>
  );
}

function dayOf({ from_ms, until_ms }: Bin): string {
  const last_ms = until_ms - 1;
  return until_ms - from_ms > 90_000_000
    ? `${dayMonth(from_ms)} to ${dayMonth(last_ms)}`
    : weekday(from_ms);
}
