/** @module How a repository grew: what is stored, and how well it is packed, over 90 days. */
import type { RepositoryDay } from "../../server/protocol/entities.ts";
import { Card } from "../Card.tsx";
import { bytes, counted, signedBytes } from "../format.ts";
import { TrendChart, type TrendPoint } from "../TrendChart.tsx";
import { byteUnit, trendAxis } from "../trend_axis.ts";

/** Two days make a line. */
const LEAST_DAYS = 2;
const DAY_MS = 86_400_000;

/** Two charts side by side, or one sentence as long as there is no line to draw. */
export function RepositoryGrowth({ days }: { days: RepositoryDay[] }) {
  const stored = pointsOf(days, (day) => day.size_bytes);
  const dedup = pointsOf(days, (day) => day.dedup_ratio);
  if (stored.length < LEAST_DAYS) {
    return (
      <Card id="growth" title="Stored, 90 days" live>
        <p class="card-body faint">
          {stored.length === 0
            ? "The agent tells the size after each backup. There is none yet."
            : "The size is noted once a day: from tomorrow on its growth is drawn here."}
        </p>
      </Card>
    );
  }
  return (
    <div class="cols [--min:18rem] gap-5" data-live="growth">
      <Card id="stored-trend" title={`Stored, ${spanOf(stored)}`}>
        <div class="card-body">
          <p class="meta mb-3">{growthText(stored)}</p>
          <TrendChart
            points={stored}
            axis={trendAxis(stored.map((point) => point.value), byteUnit(most(stored)))}
            format={bytes}
            label={`Stored over ${spanOf(stored)}. ${growthText(stored)}`}
            tone="run"
            area
            column="Stored"
          />
        </div>
      </Card>
      {dedup.length >= LEAST_DAYS && (
        <Card id="dedup-trend" title={`Dedup ratio, ${spanOf(dedup)}`}>
          <div class="card-body">
            <p class="meta mb-3" title="Size of all snapshots unpacked, divided by bytes stored">
              {`Now ${ratio(dedup.at(-1)!.value)}, ${ratio(dedup[0]!.value)} at first.`}
            </p>
            <TrendChart
              points={dedup}
              axis={trendAxis(dedup.map((point) => point.value), 1)}
              format={ratio}
              label={`Dedup ratio over ${spanOf(dedup)}, now ${ratio(dedup.at(-1)!.value)}`}
              tone="ok"
              column="Dedup"
            />
          </div>
        </Card>
      )}
    </div>
  );
}

/** "+18.4 GiB in 7 days", from the newest day that is at least a week back; undefined without one. */
export function weekGrowth(days: RepositoryDay[]): string | undefined {
  const last = days.at(-1);
  if (last === undefined) return undefined;
  const week_ago_ms = noonOf(last.day) - 7 * DAY_MS;
  const before = days.findLast((day) => noonOf(day.day) <= week_ago_ms);
  if (before === undefined) return undefined;
  const n = Math.round((noonOf(last.day) - noonOf(before.day)) / DAY_MS);
  return `${signedBytes(last.size_bytes - before.size_bytes)} in ${counted(n, "day")}`;
}

function growthText(stored: TrendPoint[]): string {
  const [first, last] = [stored[0]!, stored.at(-1)!];
  return `${bytes(last.value)} now, ${signedBytes(last.value - first.value)} in ${spanOf(stored)}.`;
}

function spanOf(points: TrendPoint[]): string {
  const days = (points.at(-1)!.at_ms - points[0]!.at_ms) / DAY_MS;
  return counted(Math.round(days) + 1, "day");
}

function pointsOf(
  days: RepositoryDay[],
  valueOf: (day: RepositoryDay) => number | null,
): TrendPoint[] {
  return days.flatMap((day) => {
    const value = valueOf(day);
    return value === null ? [] : [{ at_ms: noonOf(day.day), value }];
  });
}

/** Noon in the server's time zone, so that the day stays the day. */
function noonOf(day: string): number {
  return Date.parse(`${day}T12:00:00`);
}

function most(points: TrendPoint[]): number {
  return Math.max(...points.map((point) => point.value));
}

function ratio(value: number): string {
  return `${value.toFixed(2)} : 1`;
}
