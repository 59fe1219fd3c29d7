/** @module What runs and waits now, with its progress. */
import type { RunningJob } from "../../server/fleet/fleet.ts";
import type { Job } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";
import { Card } from "../Card.tsx";
import { ago, bytesOf, count, span } from "../format.ts";
import { isAllRead, percentDone, phaseWord } from "../job/how_far.ts";
import { Progress } from "../Progress.tsx";
import { Count, StatusIcon } from "../Status.tsx";
import { JOB_KINDS } from "../vocabulary.ts";

/** Jobs in hand: bars for running ones, one line for those that wait. */
export function RunningCard({ running, now_ms }: { running: RunningJob[]; now_ms: number }) {
  const active = running.filter(({ job }) => job.status === "running");
  return (
    <Card
      id="running"
      title="Running"
      beside={active.length === 0 ? null : <Count value={count(active.length)} tone="run" />}
      actions={<span class="meta" data-as-of="" />}
      live
    >
      {running.length === 0 ? <p class="card-body faint">Nothing runs now.</p> : (
        <ul class="list">
          {running.map((item) =>
            item.job.status === "running"
              ? <RunningRow key={item.job.id} item={item} now_ms={now_ms} />
              : <WaitingRow key={item.job.id} item={item} now_ms={now_ms} />
          )}
        </ul>
      )}
    </Card>
  );
}

function RunningRow({ item, now_ms }: { item: RunningJob; now_ms: number }) {
  const { job, progress, stalled, news_at_ms } = item;
  const kind = JOB_KINDS[job.kind];
  const percent = percentDone(progress);
  const known = progress !== undefined && progress.total_bytes > 0;
  return (
    <li class="runrow hoverable" data-key={job.id} data-s={stalled ? "stale" : "run"}>
      <div class="row">
        <a class="strong rowlink clip" href={paths.job(job.id)}>{job.host_name}</a>
        <span class="faint clip">{kind.toLowerCase()}</span>
        <span class="push strong nowrap">
          {percent === null ? phaseWord(progress).toLowerCase() : `${percent} %`}
        </span>
      </div>
      <Progress
        fraction={(percent ?? 0) / 100}
        label={`${job.host_name}, ${kind.toLowerCase()}`}
        tone={stalled ? "stale" : "run"}
      />
      <div class="row meta">
        <span class="clip">
          {isAllRead(progress)
            ? "all read, uploading what is left"
            : known
            ? bytesOf(progress.bytes_done, progress.total_bytes)
            : progress === undefined
            ? "waits for the first news"
            : ""}
        </span>
        <span class="push nowrap when-stale">last known</span>
        <span class="push nowrap when-live">
          {stalled && news_at_ms !== null
            ? `last news ${ago(news_at_ms, now_ms)}`
            : progress?.eta_seconds == null
            ? ""
            : `${span(progress.eta_seconds)} left`}
        </span>
      </div>
    </li>
  );
}

function WaitingRow({ item: { job }, now_ms }: { item: RunningJob; now_ms: number }) {
  const waiting = job.status === "queued";
  const since = Date.parse(job.dispatched_at ?? job.queued_at);
  const full = waiting ? waitingText(job) : `sent ${ago(since, now_ms)}`;
  const text = full === hostAway(job) ? "host is offline" : full;
  return (
    <li class="hoverable" data-key={job.id}>
      <StatusIcon kind={waiting ? "queued" : "dispatched"} />
      <span class="clip flex-none max-w-[58%]">
        <a class="strong rowlink" href={paths.job(job.id)}>{job.host_name}</a>{" "}
        <span class="faint">{JOB_KINDS[job.kind].toLowerCase()}</span>
      </span>
      <span class="meta push clip" title={full}>{text}</span>
    </li>
  );
}

/** What the server says of a job whose host is not connected. */
function hostAway(job: Job): string {
  return `waits for ${job.host_name} to connect`;
}

function waitingText({ waiting_for }: Job): string {
  return waiting_for === null ? "queued" : `waits for ${waiting_for}`;
}
