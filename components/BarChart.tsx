/** @module A row of bars as plain SVG: no script, and its words beside it. */
import type { Tone } from "./vocabulary.ts";

export interface Bar {
  key: string;
  /** Not below 0. */
  value: number;
  /** Shown on hover. */
  label: string;
  /** Without one the bar is grey. */
  tone?: Tone | undefined;
  /** Drawn in ink, as what a filter picked. */
  picked?: boolean | undefined;
}

export interface BarChartProps {
  bars: Bar[];
  /** Pixels; the width is that of its place. */
  height: number;
  /** Says what the chart shows. */
  label: string;
}

const STEP = 10;
const GAP = 2;
/** What is there at all stays visible, in percent of the height. */
const LEAST = 3;

/** Bars of equal width over the whole place, the highest value full. */
export function BarChart({ bars, height, label }: BarChartProps) {
  const top = Math.max(1, ...bars.map((bar) => bar.value));
  return (
    <svg
      class="chart bars"
      viewBox={`0 0 ${Math.max(1, bars.length * STEP - GAP)} 100`}
      height={height}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {bars.map((bar, i) => {
        const tall = bar.value === 0 ? 0 : Math.max(LEAST, bar.value / top * 100);
        return (
          <rect
            key={bar.key}
            x={i * STEP}
            y={round(100 - tall)}
            width={STEP - GAP}
            height={round(tall)}
            data-s={bar.tone}
            class={bar.picked ? "is-picked" : undefined}
          >
            <title>{bar.label}</title>
          </rect>
        );
      })}
    </svg>
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
