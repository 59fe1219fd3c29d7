/** @module The last jobs of a host, on its overview. */
import type { UsualTimes } from "../../server/jobs/jobs.ts";
import type { Job } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";
import { Card, Empty } from "../Card.tsx";
import { count } from "../format.ts";
import { JobTable } from "../job/JobTable.tsx";

export interface RecentJobsProps {
  host_id: string;
  jobs: Job[];
  total: number;
  percents: Map<string, number>;
  usual: UsualTimes;
  now_ms: number;
}

/** A short table with the way to all of them. */
export function RecentJobs(props: RecentJobsProps) {
  const { host_id, jobs, total, ...table } = props;
  return (
    <Card
      id="recent-jobs"
      title="Recent jobs"
      live
      clip
      actions={jobs.length < total && (
        <a class="btn btn-sm btn-quiet" href={paths.hostJobs(host_id)}>All {count(total)} jobs</a>
      )}
    >
      {jobs.length === 0
        ? (
          <Empty icon="job" title="No jobs yet">
            <p>Everything that runs on this host is listed here.</p>
          </Empty>
        )
        : <JobTable jobs={jobs} {...table} with_host={false} />}
    </Card>
  );
}
