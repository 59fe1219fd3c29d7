/** @module The head of a job's page: which job, its state, who started it, what can be done. */
import { paths } from "../../server/protocol/paths.ts";
import { toTheSecond } from "../days.ts";
import { ConfirmForm } from "../ConfirmForm.tsx";
import { CsrfField } from "../Field.tsx";
import { absolute, clockTime, duration, shortId } from "../format.ts";
import { Icon } from "../Icon.tsx";
import { Pill } from "../Status.tsx";
import { KIND_TITLE } from "./causes.ts";
import type { Job } from "../../server/protocol/entities.ts";
import { visibleText } from "./visible_text.ts";
import { isFinalStatus, type JobView, percentOf, startedBy, tookSeconds } from "./job_view.ts";

export interface JobRights {
  cancel: boolean;
  start: boolean;
  initialise: boolean;
}

export interface JobHeadProps {
  view: JobView;
  rights: JobRights;
  csrf: string;
  stalled: boolean;
}

/** Title, state and actions. */
export function JobHead({ view, rights, csrf, stalled }: JobHeadProps) {
  const { job } = view;
  const cancelling = job.cancel_requested_at !== null && !isFinalStatus(job.status);
  const can_retry = isFinalStatus(job.status) && job.status !== "succeeded" &&
    (job.kind === "init" ? rights.initialise : rights.start);
  return (
    <header class="page-head">
      <div class="stack gap-1.5">
        <div class="row wrap gap-2.5">
          <h1 class="h1 break">
            {KIND_TITLE[job.kind]} of <a href={paths.host(job.host_id)}>{job.host_name}</a>
          </h1>
          {stalled
            ? <Pill kind="stalled" label="Stalled" />
            : cancelling
            ? <Pill kind="running" label="Cancelling" />
            : <Pill kind={job.status} label={pillLabel(view)} />}
        </div>
        <p class="faint">
          Job <span class="mono" title={job.id}>{shortId(job.id)}</span>, started by{" "}
          <StartedBy job={job} /> at{" "}
          <time dateTime={job.queued_at} title={absolute(Date.parse(job.queued_at))}>
            {clockTime(Date.parse(job.queued_at))}
          </time>
          {job.is_catch_up && job.due_at !== null && (
            <>
              {", makes up for runs missed since "}
              <time dateTime={job.due_at} title={absolute(Date.parse(job.due_at))}>
                {toTheSecond(Date.parse(job.due_at))}
              </time>
            </>
          )}
        </p>
      </div>
      <div class="actions">
        {!isFinalStatus(job.status) && !cancelling && rights.cancel && (
          <ConfirmForm
            label="Cancel job"
            icon="stop"
            title={`Cancel this job of ${job.host_name}?`}
            text={cancelText(job)}
            stays="All earlier snapshots stay."
            fields={{ action: "cancel" }}
            csrf={csrf}
            confirm_label="Cancel job"
            keep_label="Keep it running"
          />
        )}
        {isFinalStatus(job.status) && (
          <a class="btn" href={paths.host(job.host_id)}>
            <Icon name="host" />
            {job.host_name}
          </a>
        )}
        {can_retry && (
          <form method="post" action={paths.host(job.host_id)}>
            <CsrfField token={csrf} />
            <input type="hidden" name="action" value="retry" />
            <input type="hidden" name="job_id" value={job.id} />
            <button type="submit" class="btn btn-primary">
              <Icon name="retry" />
              Retry
            </button>
          </form>
        )}
      </div>
    </header>
  );
}

function StartedBy({ job }: { job: Job }) {
  const { schedule_id, actor_kind } = job;
  if (schedule_id === null || actor_kind !== "schedule") return <>{startedBy(job)}</>;
  return (
    <>
      schedule{" "}
      <a class="link break" href={paths.schedule(job.host_id, schedule_id)}>
        {visibleText(job.actor_name ?? "")}
      </a>
    </>
  );
}

function pillLabel(view: JobView): string {
  const { job } = view;
  const took = tookSeconds(job);
  const after = took === null ? "" : took < 1 ? " at once" : ` after ${duration(took)}`;
  switch (job.status) {
    case "queued":
      return "Queued";
    case "dispatched":
      return "Dispatched";
    case "running": {
      const percent = percentOf(view);
      return percent === null ? "Running" : `Running ${percent} %`;
    }
    case "succeeded":
      return took === null ? "Succeeded" : `Succeeded in ${duration(took)}`;
    case "warning":
      return "Finished with warnings";
    case "failed":
      return `Failed${after}`;
    case "cancelled":
      return `Cancelled${after}`;
    case "interrupted":
      return `Interrupted${after}`;
  }
}

function cancelText(job: Job): string {
  if (job.status === "queued") return "It has not been sent to the host yet and never will be.";
  return job.kind !== "backup"
    ? "The agent stops restic and leaves no lock behind."
    : "The agent stops restic and leaves no lock behind. No snapshot is made; what was already uploaded makes the next backup shorter.";
}
