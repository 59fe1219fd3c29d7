/** @module A host's schedules in short, on its first page. */
import type { Host, Job } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";
import type { ShownSchedule } from "../../server/protocol/schedule_rest.ts";
import { absolute, ahead } from "../format.ts";
import { Icon } from "../Icon.tsx";
import { visibleText } from "../job/visible_text.ts";
import { StatusIcon } from "../Status.tsx";
import { placementOf } from "./schedule_state.ts";

export interface SchedulesCardProps {
  host: Host;
  schedules: ShownSchedule[];
  /** The last job of each schedule, where there was one. */
  last_jobs: Map<string, Job>;
  may_edit: boolean;
  now_ms: number;
}

const SHOWN = 6;

/** Each with its last result and its next run. */
export function SchedulesCard(props: SchedulesCardProps) {
  const { host, schedules, may_edit } = props;
  return (
    <section class="card" aria-labelledby="schedules-title">
      <header class="card-head">
        <h2 id="schedules-title">
          <a href={paths.hostSchedules(host.id)}>Schedules</a>
        </h2>
        {may_edit && (
          <span class="actions">
            <a class="btn btn-sm btn-quiet" href={paths.addSchedule(host.id)}>
              <Icon name="plus" size={14} />
              Add <span class="vh">schedule</span>
            </a>
          </span>
        )}
      </header>
      {schedules.length === 0
        ? <p class="card-body faint">Nothing runs by itself.</p>
        : (
          <ul class="list">
            {schedules.slice(0, SHOWN).map((schedule) => (
              <ScheduleLine key={schedule.id} schedule={schedule} {...props} />
            ))}
          </ul>
        )}
      {schedules.length > SHOWN && (
        <footer class="card-foot">
          <a class="link" href={paths.hostSchedules(host.id)}>All {schedules.length}</a>
        </footer>
      )}
    </section>
  );
}

function ScheduleLine(
  { schedule, host, last_jobs, now_ms }: SchedulesCardProps & { schedule: ShownSchedule },
) {
  const job = last_jobs.get(schedule.id);
  return (
    <li class="hoverable" data-key={schedule.id}>
      {job === undefined
        ? <StatusIcon kind="queued" title="Never ran" />
        : <StatusIcon kind={job.status} />}
      <span class="grow min-w-0">
        <a class="rowlink medium break" href={paths.schedule(host.id, schedule.id)}>
          {visibleText(schedule.name)}
        </a>
        <span class="meta block">{visibleText(schedule.text)}</span>
      </span>
      <NextWords schedule={schedule} host={host} now_ms={now_ms} />
    </li>
  );
}

function NextWords(
  { schedule, host, now_ms }: Pick<SchedulesCardProps, "host" | "now_ms"> & {
    schedule: ShownSchedule;
  },
) {
  if (!schedule.enabled) return <span class="meta nowrap">off</span>;
  if (host.status !== "pending" && placementOf(schedule, host) === "new") {
    return (
      <span class="st" data-s="stale">
        <Icon name="s-stale" size={14} />
        waits
      </span>
    );
  }
  if (schedule.next_run_at === null) return <span class="meta nowrap">none</span>;
  const at_ms = Date.parse(schedule.next_run_at);
  return <span class="meta nowrap" title={absolute(at_ms)}>{ahead(at_ms, now_ms)}</span>;
}
