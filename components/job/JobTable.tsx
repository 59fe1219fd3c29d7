/** @module A table of jobs: on the jobs page with their hosts, on a host's pages without. */
import type { Job } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";
import type { UsualTimes } from "../../server/jobs/jobs.ts";
import { moment } from "../days.ts";
import { absolute, duration, shortId, signedBytes } from "../format.ts";
import { Status } from "../Status.tsx";
import { addedBytes, isFinalStatus, startedBy, tookSeconds } from "./job_view.ts";
import { UsualTime } from "./UsualTime.tsx";
import { visibleText } from "./visible_text.ts";

export interface JobTableProps {
  jobs: Job[];
  now_ms: number;
  /** Percent of running jobs, where it is known. */
  percents: Map<string, number>;
  with_host: boolean;
  /** How long such jobs take as a rule. */
  usual: UsualTimes;
}

/** One row a job; the row opens it. */
export function JobTable({ jobs, now_ms, percents, with_host, usual }: JobTableProps) {
  return (
    <table class="tbl tbl-cards">
      <thead>
        <tr>
          <th scope="col">Job</th>
          <th scope="col">State</th>
          {with_host && <th scope="col">Host</th>}
          <th scope="col" class="c-md">Started by</th>
          <th scope="col">Started</th>
          <th scope="col" class="num">Took</th>
          <th scope="col" class="c-lg usual-col">Usual time</th>
          <th scope="col" class="num c-sm">Added</th>
        </tr>
      </thead>
      <tbody>
        {jobs.map((job) => (
          <JobRow
            key={job.id}
            job={job}
            now_ms={now_ms}
            percent={percents.get(job.id)}
            with_host={with_host}
            median_seconds={usual.of(job)}
          />
        ))}
      </tbody>
    </table>
  );
}

/** A run that was cut short says nothing about how long one takes. */
const COMPARED: ReadonlySet<Job["status"]> = new Set(["running", "succeeded", "warning"]);

interface JobRowProps {
  job: Job;
  now_ms: number;
  percent: number | undefined;
  with_host: boolean;
  median_seconds: number | undefined;
}

function JobRow({ job, now_ms, percent, with_host, median_seconds }: JobRowProps) {
  const started = job.started_at ?? job.queued_at;
  const seconds = tookSeconds(job) ??
    (job.status === "running" && job.started_at !== null
      ? Math.max(0, (now_ms - Date.parse(job.started_at)) / 1000)
      : null);
  return (
    <tr data-key={job.id}>
      <td>
        <a class="rowlink strong" href={paths.job(job.id)}>{job.kind}</a>{" "}
        <span class="mono faint" title={job.id}>{shortId(job.id)}</span>
      </td>
      <td>
        <Status
          kind={job.status}
          short
          label={job.status === "running" && percent !== undefined
            ? `Running ${percent} %`
            : undefined}
          title={whyOf(job)}
        />
      </td>
      {with_host && <td class="medium" data-c="full">{job.host_name}</td>}
      <td class="dim c-md started-by" data-c="drop">
        <span class="clip block" title={job.is_catch_up ? "Made up for missed runs" : undefined}>
          {visibleText(startedBy(job))}
          {job.is_catch_up && ", caught up"}
        </span>
      </td>
      <td class="dim nowrap" data-c="sub">
        <time dateTime={started} title={absolute(Date.parse(started))}>
          {moment(Date.parse(started), now_ms)}
        </time>
      </td>
      <td class="num" data-c="sub">
        {seconds === null
          ? <span class="faint">{isFinalStatus(job.status) ? "did not run" : "waiting"}</span>
          : duration(seconds)}
      </td>
      <td class="c-lg" data-c="drop">
        {seconds !== null && median_seconds !== undefined && COMPARED.has(job.status) && (
          <UsualTime
            seconds={seconds}
            median_seconds={median_seconds}
            running={job.status === "running"}
          />
        )}
      </td>
      <td class="num dim c-sm" data-c="drop">
        {addedBytes(job) !== undefined
          ? signedBytes(addedBytes(job)!)
          : isFinalStatus(job.status)
          ? "none"
          : ""}
      </td>
    </tr>
  );
}

function whyOf(job: Job): string | undefined {
  if (job.status === "queued" && job.waiting_for !== null) return `Waits for ${job.waiting_for}`;
  return job.error === null ? undefined : visibleText(job.error);
}
