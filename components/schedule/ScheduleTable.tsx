/** @module The schedules of a host: on or off, when next, how the last run went. */
import type { Host, Job } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";
import type { ShownSchedule } from "../../server/protocol/schedule_rest.ts";
import { weekday } from "../days.ts";
import { absolute, ahead } from "../format.ts";
import { CsrfField } from "../Field.tsx";
import { Icon } from "../Icon.tsx";
import { visibleText } from "../job/visible_text.ts";
import { Status, StatusIcon } from "../Status.tsx";
import { placementOf, runReason } from "./schedule_state.ts";
import { momentIn } from "./zone_times.ts";

export interface ScheduleTableProps {
  host: Host;
  schedules: ShownSchedule[];
  /** The last job of each schedule, where there was one. */
  last_jobs: Map<string, Job>;
  may_edit: boolean;
  may_run: boolean;
  /** Without it every row names its own zone. */
  zone: string | undefined;
  csrf_token: string;
  now_ms: number;
}

/** One row a schedule; the row opens it. */
export function ScheduleTable(props: ScheduleTableProps) {
  return (
    <table class="tbl tbl-cards tbl-tall tbl-sched">
      <thead>
        <tr>
          <th scope="col" class="w-[46px]">
            <span class="vh">On</span>
          </th>
          <th scope="col">Schedule</th>
          <th scope="col">Next run</th>
          <th scope="col" class="c-sm">Last result</th>
          {(props.may_edit || props.may_run) && (
            <th scope="col">
              <span class="vh">Actions</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {props.schedules.map((schedule) => (
          <ScheduleRow key={schedule.id} schedule={schedule} {...props} />
        ))}
      </tbody>
    </table>
  );
}

function ScheduleRow(props: ScheduleTableProps & { schedule: ShownSchedule }) {
  const { schedule, host, last_jobs, now_ms, zone, may_edit, may_run } = props;
  const placement = placementOf(schedule, host);
  return (
    <tr data-key={schedule.id} data-off={schedule.enabled ? undefined : ""}>
      <td>{may_edit ? <OnSwitch {...props} /> : <OnText on={schedule.enabled} />}</td>
      <td>
        <span class="row wrap gap-x-2 gap-y-0.5">
          <a class="rowlink strong break" href={paths.schedule(host.id, schedule.id)}>
            {visibleText(schedule.name)}
          </a>
          <span class="faint">{schedule.kind}</span>
          {placement !== "applied" && host.status !== "pending" && (
            <span class="tag tag-state" data-s="stale">
              {placement} in v{schedule.changed_in_version}
            </span>
          )}
        </span>
        <span class="meta block">
          {visibleText(schedule.text)}
          {zone === undefined && `, ${visibleText(schedule.timezone)}`}
        </span>
      </td>
      <td data-c="sub">
        <NextRun schedule={schedule} host={host} now_ms={now_ms} />
      </td>
      <td class="c-sm" data-c="sub">
        <LastResult job={last_jobs.get(schedule.id)} />
      </td>
      {(may_edit || may_run) && (
        <td class="num" data-c="full">
          <RowActions {...props} />
        </td>
      )}
    </tr>
  );
}

function OnSwitch({ schedule, csrf_token }: ScheduleTableProps & { schedule: ShownSchedule }) {
  return (
    <form method="post" class="switch-form">
      <CsrfField token={csrf_token} />
      <input type="hidden" name="action" value="switch" />
      <input type="hidden" name="schedule_id" value={schedule.id} />
      <input type="hidden" name="enabled" value={schedule.enabled ? "" : "on"} />
      <button
        type="submit"
        class="switch"
        role="switch"
        aria-checked={schedule.enabled}
        aria-label={visibleText(schedule.name)}
        title={schedule.enabled ? "Turn off" : "Turn on"}
      />
    </form>
  );
}

function OnText({ on }: { on: boolean }) {
  return <span class={on ? "dim" : "faint"}>{on ? "On" : "Off"}</span>;
}

interface NextRunProps {
  schedule: ShownSchedule;
  host: Host;
  now_ms: number;
}

/** When it runs next on its own clock, or why it does not. */
export function NextRun({ schedule, host, now_ms }: NextRunProps) {
  if (!schedule.enabled) return <span class="faint">turned off</span>;
  if (placementOf(schedule, host) === "new" && host.status !== "pending") {
    return (
      <>
        <span class="row row-sm nowrap">
          <StatusIcon kind="stale" title="Waits" />
          not on the host yet
        </span>
        <span class="meta block hide-sm">waits for v{schedule.changed_in_version}</span>
      </>
    );
  }
  if (schedule.next_run_at === null) return <span class="faint">none</span>;
  const at_ms = Date.parse(schedule.next_run_at);
  const paused = host.paused !== null;
  return (
    <>
      <span class="row row-sm nowrap" title={absolute(at_ms)}>
        {paused && <StatusIcon kind="paused" />}
        <time dateTime={schedule.next_run_at}>
          {momentIn(schedule.timezone, at_ms, now_ms)}
        </time>
      </span>
      <span class="meta block hide-sm">
        {paused ? "after the pause" : ahead(at_ms, now_ms)}
      </span>
    </>
  );
}

function LastResult({ job }: { job: Job | undefined }) {
  if (job === undefined) return <span class="faint">never ran</span>;
  const at_ms = Date.parse(job.finished_at ?? job.started_at ?? job.queued_at);
  return (
    <>
      <a class="over-row" href={paths.job(job.id)}>
        <Status kind={job.status} short />
      </a>
      <span class="meta block">
        <time dateTime={new Date(at_ms).toISOString()} title={absolute(at_ms)}>
          {weekday(at_ms)}
        </time>
        {job.is_catch_up && ", caught up"}
      </span>
    </>
  );
}

function RowActions(
  { schedule, host, may_edit, may_run, csrf_token }: ScheduleTableProps & {
    schedule: ShownSchedule;
  },
) {
  const name = visibleText(schedule.name);
  const reason = runReason(schedule, host);
  return (
    <span class="row row-actions">
      {may_run && (
        <form method="post">
          <CsrfField token={csrf_token} />
          <input type="hidden" name="schedule_id" value={schedule.id} />
          <button
            type="submit"
            class="btn btn-sm btn-quiet"
            name="action"
            value="run"
            disabled={reason !== null}
            title={reason ?? undefined}
          >
            Run now<span class="vh">, {name}</span>
          </button>
        </form>
      )}
      {may_edit && (
        <>
          <a class="btn btn-sm btn-quiet" href={`?clone=${schedule.id}`}>
            Clone…<span class="vh">, {name}</span>
          </a>
          <a class="btn btn-sm btn-quiet" href={paths.schedule(host.id, schedule.id)}>
            Edit<span class="vh">, {name}</span>
          </a>
          <a
            class="btn btn-sm btn-quiet btn-icon"
            href={`?remove=${schedule.id}`}
            aria-label={`Remove ${name}…`}
            title="Remove…"
          >
            <Icon name="trash" size={14} />
          </a>
        </>
      )}
    </span>
  );
}
