/** @module How long a job took against what is usual for its host. */
import type { Job } from "../../server/protocol/entities.ts";
import { tookSeconds } from "./job_view.ts";

/** Fewer good runs than this say nothing about what is usual. */
const LEAST_RUNS = 3;
/** Above this share of the median a run is slow. */
const SLOW = 1.6;

/** The median duration of the good jobs of the same host and kind; undefined for too few. */
export function medianSeconds(jobs: Job[], like: Job): number | undefined {
  const took = jobs.filter((job) =>
    job.host_id === like.host_id && job.kind === like.kind && job.status === "succeeded"
  ).map(tookSeconds).filter((seconds) => seconds !== null).sort((a, b) => a - b);
  return took.length < LEAST_RUNS ? undefined : took[Math.floor(took.length / 2)];
}

export interface UsualTimeProps {
  seconds: number;
  median_seconds: number;
  running: boolean;
}

/** A bar with a tick in its middle at the median; slow is amber, twice the median is full. */
export function UsualTime({ seconds, median_seconds, running }: UsualTimeProps) {
  const share = median_seconds === 0 ? 1 : seconds / median_seconds;
  const tone = running ? "run" : share > SLOW ? "warn" : "idle";
  const words = `${Math.round(share * 100)} % of the median of those listed`;
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
