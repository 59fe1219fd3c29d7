/** @module How a host's last backups went: what they added, and how long they took. */
import type { Job } from "../../server/protocol/entities.ts";
import { type Bar, BarChart } from "../BarChart.tsx";
import { Card } from "../Card.tsx";
import { dayMonth, moment } from "../days.ts";
import { bytes, duration } from "../format.ts";
import { addedBytes, tookSeconds } from "../job/job_view.ts";
import { SLOW } from "../job/UsualTime.tsx";

export interface HostChartsProps {
  /** Backups of this host that ended, oldest first. */
  backups: Job[];
  now_ms: number;
}

/** Fewer bars than this are no chart. */
const LEAST_RUNS = 3;

/** Two cards side by side; nothing for a host with hardly any backups. */
export function HostCharts({ backups, now_ms }: HostChartsProps) {
  const runs = backups.map((job) => ({ job, seconds: tookSeconds(job) ?? 0 }));
  const good = runs.filter(({ job }) => job.status === "succeeded" || job.status === "warning");
  const ready = good.length >= LEAST_RUNS;
  const median = middle(good.map(({ seconds }) => seconds));
  const added = good.map(({ job }) => ({ job, bytes: addedBytes(job) ?? 0 }));
  const when = (job: Job) => moment(Date.parse(job.started_at ?? job.queued_at), now_ms);
  return (
    <div class={ready ? "cols [--min:18rem] gap-5" : "hidden"} data-live="host-charts">
      {ready && (
        <>
          <ChartCard
            id="added"
            title={`Added, ${added.length} backups`}
            note={`median ${bytes(middle(added.map((each) => each.bytes)))}`}
            bars={added.map((each) => ({
              key: each.job.id,
              value: each.bytes,
              label: `${when(each.job)}: ${bytes(each.bytes)}`,
            }))}
            top={bytes(Math.max(...added.map((each) => each.bytes)))}
            days={daysOf(added.map((each) => each.job))}
          />
          <ChartCard
            id="durations"
            title={`Backup duration, ${runs.length} runs`}
            note={`median ${duration(median)}`}
            bars={runs.map(({ job, seconds }) => ({
              key: job.id,
              value: seconds,
              label: `${when(job)}: ${duration(seconds)}${ending(job, seconds, median)}`,
              tone: toneOf(job, seconds, median),
            }))}
            top={duration(Math.max(...runs.map((run) => run.seconds)))}
            days={daysOf(runs.map((run) => run.job))}
          />
        </>
      )}
    </div>
  );
}

interface ChartCardProps {
  id: string;
  title: string;
  note: string;
  bars: Bar[];
  top: string;
  days: [string, string];
}

function ChartCard({ id, title, note, bars, top, days }: ChartCardProps) {
  return (
    <Card id={id} title={title} actions={<span class="meta">{note}</span>}>
      <div class="card-body plot">
        <BarChart bars={bars} height={92} label={`${title}, ${note}, at most ${top}`} />
        <span class="plot-top" aria-hidden="true">{top}</span>
        <span class="plot-foot" aria-hidden="true">0</span>
        <div class="xaxis xaxis-full" aria-hidden="true">
          <span>{days[0]}</span>
          <span>{days[1]}</span>
        </div>
      </div>
    </Card>
  );
}

function toneOf(job: Job, seconds: number, median: number): Bar["tone"] {
  if (job.status === "failed" || job.status === "interrupted") return "fail";
  return seconds > median * SLOW ? "warn" : undefined;
}

function ending(job: Job, seconds: number, median: number): string {
  const tone = toneOf(job, seconds, median);
  return tone === "fail" ? ", failed" : tone === "warn" ? ", slow" : "";
}

function middle(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function daysOf(jobs: Job[]): [string, string] {
  const day = (job: Job | undefined) =>
    job === undefined ? "" : dayMonth(Date.parse(job.queued_at));
  return [day(jobs[0]), day(jobs.at(-1))];
}
