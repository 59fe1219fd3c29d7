/** @module The card of a job that has not ended: what it waits for, or how far it is. */
import { ahead, bytes, bytesOf, count, duration, rate, shortClockTime, span } from "../format.ts";
import { Icon } from "../Icon.tsx";
import { Progress } from "../Progress.tsx";
import { isAllRead, phaseWord } from "./how_far.ts";
import { type Freshness, type JobView, percentOf } from "./job_view.ts";
import { PhaseList } from "./PhaseList.tsx";
import { SpeedChart } from "./SpeedChart.tsx";
import { visibleText } from "./visible_text.ts";

/** Farther away a time of day says nothing. */
const DAY_SECONDS = 86_400;

export interface JobProgressProps {
  view: JobView;
  now_ms: number;
  freshness: Freshness;
  agent_away: boolean;
  /** How long such a job takes as a rule. */
  usual_seconds: number | null;
}

/** Number, bar, phases and figures of a job that is queued or runs. */
export function JobProgress(props: JobProgressProps) {
  const { view, now_ms, freshness, agent_away, usual_seconds } = props;
  const { job, progress } = view;
  const waiting = job.status === "queued" || job.status === "dispatched";
  const percent = percentOf(view);
  const fresh = freshness.kind === "fresh";
  const cancelling = job.cancel_requested_at !== null;
  const all_read = isAllRead(progress);
  const tone = waiting || cancelling
    ? "idle"
    : fresh
    ? "run"
    : freshness.kind === "stalled"
    ? "stale"
    : "idle";
  return (
    <section
      class="card clipcard"
      data-s={tone}
      data-stale={fresh ? undefined : ""}
      aria-labelledby="progress-title"
    >
      <div class="stack px-5 pt-4 pb-3.5">
        <div class="row wrap items-baseline gap-x-2 gap-y-0.5">
          <h2 id="progress-title" class="nowrap text-2xl">{headline(view, percent)}</h2>
          {job.kind === "check" && percent !== null && (
            // Each phase of a check counts anew.
            <span class="dim">{phaseWord(progress)}</span>
          )}
          {progress && progress.total_bytes > 0 && (
            <span class="dim">{bytesOf(progress.bytes_done, progress.total_bytes)}</span>
          )}
          {fresh && !cancelling && progress?.eta_seconds != null && progress.eta_seconds > 0 && (
            <span class="push">
              <b class="strong text-lg">{duration(progress.eta_seconds)}</b>{" "}
              <span class="dim">
                {progress.eta_seconds < DAY_SECONDS
                  ? `left, done at about ${shortClockTime(now_ms + progress.eta_seconds * 1000)}`
                  : "left"}
              </span>
            </span>
          )}
        </div>
        {waiting
          ? (
            <p class="dim break">
              {job.waiting_for !== null
                ? `Waits for ${job.waiting_for}.`
                : job.status === "queued"
                ? "It is sent to the host as soon as nothing is in the way."
                : "Sent to the host, which has not started it yet."}{" "}
              <span class="faint">
                It expires {ahead(Date.parse(job.expires_at), now_ms)} if it has not begun.
              </span>
            </p>
          )
          : <Progress fraction={(percent ?? 0) / 100} tone={tone} label="Job progress" large />}
        {all_read && !cancelling && (
          <p class="dim">
            Everything is read. Uploading what is left; restic does not say how much.
          </p>
        )}
        {cancelling && (
          <p class="dim">
            {agent_away
              ? "The host is offline. It is asked to stop as soon as it is back."
              : "The agent was asked to stop restic and to leave no lock behind."}
          </p>
        )}
        {!fresh && <StaleLine freshness={freshness} agent_away={agent_away} all_read={all_read} />}
        <PhaseList view={view} />
      </div>
      {progress && job.kind === "check" && (
        <dl class="stats border-t border-line">
          <Stat
            label={progress.phase === "reading_data" ? "Packs" : "Snapshots"}
            value={count(progress.files_done)}
            sub={found(progress.total_files, count)}
          />
          <Stat label="Elapsed" value={elapsed(view, now_ms)} sub={usually(usual_seconds)} />
        </dl>
      )}
      {progress && job.kind === "backup" && (
        <dl class="stats border-t border-line">
          <Stat
            label="Files"
            value={count(progress.files_done)}
            sub={found(progress.total_files, count)}
          />
          <Stat
            label="Data read"
            value={bytes(progress.bytes_done)}
            sub={found(progress.total_bytes, bytes)}
          />
          <Stat
            label="Reading"
            value={all_read
              ? "done"
              : fresh && progress.throughput_bytes_per_second !== null
              ? rate(progress.throughput_bytes_per_second)
              : "not known"}
            sub={limitText(view)}
          />
          <Stat label="Elapsed" value={elapsed(view, now_ms)} sub={usually(usual_seconds)} />
          <Stat
            label="Errors"
            value={progress.error_count === 0 ? "none" : count(progress.error_count)}
            sub={progress.error_count === 0 ? "so far" : "see the log"}
          />
        </dl>
      )}
      {view.speeds.length > 1 && <SpeedChart speeds={view.speeds} />}
      {fresh && progress && progress.current_files.length > 0 && (
        <ul class="current-files border-t border-line px-5 py-2.5" aria-label="Files being read">
          {progress.current_files.map((file, i) => (
            <li key={i} title={visibleText(file)}>{visibleText(file)}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

function headline({ job, progress }: JobView, percent: number | null): string {
  if (job.cancel_requested_at !== null) return "Cancelling";
  if (job.status === "queued") return "Queued";
  if (job.status === "dispatched") return "Sent to the host";
  return percent === null ? phaseWord(progress) : `${percent} %`;
}

function found(total: number, show: (n: number) => string): string {
  return total === 0 ? "none found yet" : `of ${show(total)}`;
}

interface StaleLineProps {
  freshness: Freshness;
  agent_away: boolean;
  all_read: boolean;
}

function StaleLine({ freshness, agent_away, all_read }: StaleLineProps) {
  if (freshness.kind === "fresh") return null;
  return (
    <p class="row row-top dim" role="status">
      <span class="tint">
        <Icon name="s-stale" />
      </span>
      {freshness.kind === "stalled"
        ? (
          <span>
            <b class="strong">Stalled: nothing has moved for {span(freshness.seconds)}.</b>{" "}
            {agent_away
              ? "The host is offline. The job may well go on there, and is reported when it is back."
              : all_read
              ? "The rest may be uploading slowly, or restic hangs. Look at the host."
              : "restic may hang. Look at the host, or cancel the job and run it again."}
          </span>
        )
        : (
          <span>
            <b class="strong">Last news {span(freshness.seconds)} ago.</b> {agent_away
              ? "The host is offline. Its job goes on and is reported when it is back."
              : "The bar shows what was known then."}
          </span>
        )}
    </p>
  );
}

/** One figure with its name and a small remark. */
export function Stat({ label, value, sub }: { label: string; value: string; sub: string }) {
  return (
    <div class="stat">
      <dt>{label}</dt>
      <dd>{value}</dd>
      <dd>{sub}</dd>
    </div>
  );
}

function elapsed({ job }: JobView, now_ms: number): string {
  if (job.started_at === null) return "not started";
  return duration(Math.max(0, (now_ms - Date.parse(job.started_at)) / 1000));
}

function usually(seconds: number | null): string {
  return seconds === null ? "since it started" : `usually ${duration(seconds)}`;
}

function limitText({ job }: JobView): string {
  const limit = job.bandwidth.limit_upload_kib_per_second;
  return limit === undefined ? "no upload limit" : `upload limit ${rate(limit * 1024)}`;
}
