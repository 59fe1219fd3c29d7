/** @module What is stored over 90 days: of one repository, or of all together. */
import type { StoredDay } from "../server/protocol/entities.ts";
import { Card } from "./Card.tsx";
import { bytes, counted, signedBytes } from "./format.ts";
import { TrendChart, type TrendPoint } from "./TrendChart.tsx";
import { byteUnit, trendAxis } from "./trend_axis.ts";
import type { Tone } from "./vocabulary.ts";

/** Two days make a line. */
export const LEAST_DAYS = 2;
const DAY_MS = 86_400_000;

export interface StoredTrendProps {
  /** Oldest first. */
  days: StoredDay[];
  tone: Tone;
  /** See Card. */
  live?: boolean;
}

/** The card with its line; nothing before there are two days. */
export function StoredTrend({ days, tone, live = false }: StoredTrendProps) {
  if (days.length < LEAST_DAYS) return null;
  const points = days.map(({ day, size_bytes: value }) => ({ at_ms: noonOf(day), value }));
  const values = points.map((point) => point.value);
  const text = growthText(points);
  return (
    <Card id="stored-trend" title={`Stored, ${spanOf(points)}`} live={live}>
      <div class="card-body">
        <p class="meta mb-3">{text}</p>
        <TrendChart
          points={points}
          axis={trendAxis(values, byteUnit(Math.max(...values)))}
          format={bytes}
          label={`Stored over ${spanOf(points)}. ${text}`}
          tone={tone}
          area
          column="Stored"
        />
      </div>
    </Card>
  );
}

/** "+18.4 GiB in 7 days", from the newest day that is at least a week back; undefined without one. */
export function weekGrowth(days: StoredDay[]): string | undefined {
  const last = days.at(-1);
  if (last === undefined) return undefined;
  const week_ago_ms = noonOf(last.day) - 7 * DAY_MS;
  const before = days.findLast((day) => noonOf(day.day) <= week_ago_ms);
  if (before === undefined) return undefined;
  const n = Math.round((noonOf(last.day) - noonOf(before.day)) / DAY_MS);
  return `${signedBytes(last.size_bytes - before.size_bytes)} in ${counted(n, "day")}`;
}

/** How many days the line spans, both ends counted. */
export function spanOf(points: TrendPoint[]): string {
  const days = (points.at(-1)!.at_ms - points[0]!.at_ms) / DAY_MS;
  return counted(Math.round(days) + 1, "day");
}

/** Noon in the server's time zone, so that the day stays the day. */
export function noonOf(day: string): number {
  return Date.parse(`${day}T12:00:00`);
}

function growthText(points: TrendPoint[]): string {
  const [first, last] = [points[0]!, points.at(-1)!];
  return `${bytes(last.value)} now, ${signedBytes(last.value - first.value)} in ${spanOf(points)}.`;
}
