/** @module The reading speed of a running job over its last minutes. */
import { rate, shortClockTime } from "../format.ts";
import type { JobView } from "./job_view.ts";

const WIDTH = 900;
const HEIGHT = 56;

/** A line with its area; needs two points. */
export function SpeedChart({ speeds }: { speeds: JobView["speeds"] }) {
  const first = speeds[0]!;
  const last = speeds.at(-1)!;
  const top = Math.max(1, ...speeds.map((point) => point.bytes_per_second));
  const line = speeds.map((point) => {
    const x = (point.at_ms - first.at_ms) / (last.at_ms - first.at_ms) * WIDTH;
    const y = HEIGHT - point.bytes_per_second / top * HEIGHT;
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  }).join("L");
  return (
    <div class="border-t border-line px-5 pt-3.5 pb-3" data-s="run">
      <svg
        class="chart speed-chart"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        height={HEIGHT}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Reading speed, last ${rate(last.bytes_per_second)}, at most ${rate(top)}`}
      >
        <path class="grid" d={`M0 0H${WIDTH}M0 ${HEIGHT}H${WIDTH}`} />
        <path class="area" d={`M${line}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}z`} />
        <path class="line" d={`M${line}`} />
      </svg>
      <div class="xaxis xaxis-full">
        <span>{shortClockTime(first.at_ms)}</span>
        <span>at most {rate(top)}</span>
        <span>{shortClockTime(last.at_ms)}</span>
      </div>
    </div>
  );
}
