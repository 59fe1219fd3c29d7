/** @module A figure over time: a line over a fitted axis, its words, and its table on request. */
import { dayMonth } from "./days.ts";
import type { TrendAxis } from "./trend_axis.ts";
import type { Tone } from "./vocabulary.ts";

export interface TrendPoint {
  at_ms: number;
  value: number;
}

export interface TrendChartProps {
  /** Oldest first, at least two. */
  points: TrendPoint[];
  axis: TrendAxis;
  /** A value of the axis or of the table, as text. */
  format(value: number): string;
  /** Says what the chart shows. */
  label: string;
  tone: Tone;
  /** Fills what is below the line: for sizes, not for ratios. */
  area?: boolean;
  /** The head of the table's second column. */
  column: string;
}

const WIDTH = 300;
const HEIGHT = 96;

/** The chart with its axes; the table unfolds below. */
export function TrendChart({ points, axis, format, label, tone, area, column }: TrendChartProps) {
  const first = points[0]!;
  const last = points.at(-1)!;
  const line = points.map(({ at_ms, value }) => {
    const x = (at_ms - first.at_ms) / Math.max(1, last.at_ms - first.at_ms) * WIDTH;
    const y = HEIGHT - (value - axis.low) / (axis.high - axis.low) * HEIGHT;
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  }).join("L");
  return (
    <>
      <div class="trend" data-s={tone}>
        <svg
          class="chart"
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          height={HEIGHT}
          preserveAspectRatio="none"
          role="img"
          aria-label={label}
        >
          <path class="grid" d={`M0 0H${WIDTH}M0 ${HEIGHT / 2}H${WIDTH}M0 ${HEIGHT}H${WIDTH}`} />
          {area && <path class="area" d={`M${line}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}z`} />}
          <path class="line" d={`M${line}`} />
        </svg>
        <div class="yaxis" aria-hidden="true">
          {[axis.high, axis.middle, axis.low].map((value) => (
            <span key={value}>{roundText(format(value))}</span>
          ))}
        </div>
        <div class="xaxis" aria-hidden="true">
          <span>{dayMonth(first.at_ms)}</span>
          <span>{dayMonth(last.at_ms)}</span>
        </div>
      </div>
      <details class="trend-table">
        <summary class="link">Table</summary>
        <table class="tbl tbl-tight">
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col" class="num">{column}</th>
            </tr>
          </thead>
          <tbody>
            {points.toReversed().map(({ at_ms, value }) => (
              <tr key={at_ms}>
                <td>{dayMonth(at_ms)}</td>
                <td class="num">{format(value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}

/** The axis counts in round numbers: "60 GiB" for 60.0 GiB, "1.8 : 1" for 1.80 : 1. */
function roundText(text: string): string {
  return text.replace(/\.(\d*?)0+(?= )/, (_, digits) => digits === "" ? "" : `.${digits}`);
}
