/** @module How far the running jobs of a list are. */
import type { JobProgress } from "../../server/protocol/agent_messages.ts";
import type { Job } from "../../server/protocol/entities.ts";
import { percentOf, startView } from "./job_view.ts";

/** Whole percent of each running job of which progress is known, by job id. */
export function percentsOf(
  jobs: Job[],
  progressOf: (job_id: string) => JobProgress | undefined,
): Map<string, number> {
  const percents = new Map<string, number>();
  for (const job of jobs) {
    if (job.status !== "running") continue;
    const percent = percentOf(startView(job, progressOf(job.id) ?? null, null));
    if (percent !== null) percents.set(job.id, percent);
  }
  return percents;
}
