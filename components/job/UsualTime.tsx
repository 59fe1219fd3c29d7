/** @module How long a job took against what is usual for its host. */
import { duration } from "../format.ts";

/** Above this share of the median a run is slow. */
export const SLOW = 1.6;

export interface UsualTimeProps {
  seconds: number;
  median_seconds: number;
  running: boolean;
}

/** A bar with a tick in its middle at the median; slow is amber, twice the median is full. */
export function UsualTime({ seconds, median_seconds, running }: UsualTimeProps) {
  const share = median_seconds === 0 ? 1 : seconds / median_seconds;
  const tone = running ? "run" : share > SLOW ? "warn" : "idle";
  const words = `Usually ${duration(median_seconds)}`;
  return (
    <svg
      class="usual-chart"
      data-s={tone}
      viewBox="0 0 100 12"
      preserveAspectRatio="none"
      role="img"
      aria-label={words}
    >
      <title>{words}</title>
      <rect class="track" y="3" width="100" height="6" rx="1.5" />
      <rect class="value" y="3" width={Math.min(100, share * 50)} height="6" rx="1.5" />
      <rect class="median" x="49.5" width="1" height="12" />
    </svg>
  );
}
