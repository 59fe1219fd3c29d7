/** @module The axis of a trend: three round values that hold all of it, never from zero by force. Pure. */

export interface TrendAxis {
  low: number;
  middle: number;
  high: number;
}

const ROUND = [1, 2, 2.5, 5, 10];

/** Three lines around these values. In `unit` (1 GiB, or 1) the lines are round numbers. */
export function trendAxis(values: number[], unit: number): TrendAxis {
  const least = Math.min(...values) / unit;
  const most = Math.max(...values) / unit;
  for (const step of steps((most - least) / 2 || most / 20 || 1)) {
    const low = Math.max(0, Math.floor(least / step) * step);
    if (low + 2 * step < most) continue;
    return { low: low * unit, middle: (low + step) * unit, high: (low + 2 * step) * unit };
  }
  return { low: 0, middle: most * unit, high: 2 * most * unit };
}

/** Round numbers from about `from` up; the third one after it holds any stretch of that length. */
function* steps(from: number): Generator<number> {
  let power = 10 ** Math.floor(Math.log10(from));
  for (let tries = 0; tries < 4; tries++) {
    for (const factor of ROUND) if (factor * power >= from) yield factor * power;
    power *= 10;
  }
}

/** The unit of a size that its axis counts in: 1, 1024, 1024², … */
export function byteUnit(most_bytes: number): number {
  let unit = 1;
  while (most_bytes / unit >= 1024) unit *= 1024;
  return unit;
}
