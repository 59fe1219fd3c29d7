/** @module Beside a host's schedules: what is not in force yet, what runs next, what the host has. */
import type { Host } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";
import type { ShownSchedule } from "../../server/protocol/schedule_rest.ts";
import { moment } from "../days.ts";
import { absolute, ahead } from "../format.ts";
import { visibleText } from "../job/visible_text.ts";
import { type ComingRun, driftOf, placementOf, versionWords } from "./schedule_state.ts";
import { shortMomentIn } from "./zone_times.ts";

export interface ScheduleRailProps {
  host: Host;
  schedules: ShownSchedule[];
  coming: ComingRun[];
  now_ms: number;
}

/** The rail of the Schedules tab. */
export function ScheduleRail({ host, schedules, coming, now_ms }: ScheduleRailProps) {
  const waiting = driftOf(host) === undefined
    ? []
    : schedules.filter((schedule) => placementOf(schedule, host) !== "applied");
  return (
    <aside class="rail stack stack-lg" aria-label="Next runs" data-live="schedule-rail">
      {waiting.length > 0 && <WaitingChanges host={host} schedules={waiting} now_ms={now_ms} />}
      <section class="card" aria-labelledby="coming-title">
        <header class="card-head">
          <h2 id="coming-title">Next on this host</h2>
        </header>
        {coming.length === 0
          ? <p class="card-body faint">Nothing runs by itself.</p>
          : (
            <ul class="list coming">
              {coming.map(({ schedule, at_ms }) => (
                <li key={`${schedule.id}${at_ms}`} title={absolute(at_ms)}>
                  <span class="faint nowrap when-col">
                    {shortMomentIn(schedule.timezone, at_ms, now_ms)}
                  </span>
                  <a class="clip link-quiet" href={paths.schedule(host.id, schedule.id)}>
                    {visibleText(schedule.name)}
                  </a>
                  <span class="push faint nowrap">{ahead(at_ms, now_ms)}</span>
                </li>
              ))}
            </ul>
          )}
      </section>
      <AppliedCard host={host} />
    </aside>
  );
}

function WaitingChanges(
  { host, schedules, now_ms }: Pick<ScheduleRailProps, "host" | "schedules" | "now_ms">,
) {
  const applied = host.applied_schedule_version ?? 0;
  return (
    <section class="card" aria-labelledby="waiting-title">
      <header class="card-head">
        <h2 id="waiting-title">What v{host.schedule_version} changes</h2>
        {applied > 0 && <span class="meta push clip">against v{applied} on the host</span>}
      </header>
      <ul class="difflist">
        {schedules.map((schedule) => {
          const is_new = placementOf(schedule, host) === "new";
          return (
            <li key={schedule.id}>
              <span
                class="dmark"
                data-s={is_new ? "ok" : "warn"}
                role="img"
                aria-label={is_new ? "Added" : "Changed"}
                title={is_new ? "Added" : "Changed"}
              >
                {is_new ? "+" : "~"}
              </span>
              <span class="min-w-0">
                <b class="medium break">{visibleText(schedule.name)}</b>
                <span class="meta block break">
                  {visibleText(schedule.text)}, by{" "}
                  {visibleText(schedule.changed_by ?? "the server")}{" "}
                  {moment(Date.parse(schedule.changed_at), now_ms)}
                </span>
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function AppliedCard({ host }: { host: Host }) {
  const { schedule_version: wanted, applied_schedule_version: applied } = host;
  return (
    <section class="card" aria-labelledby="applied-title">
      <header class="card-head">
        <h2 id="applied-title">Applied on the host</h2>
      </header>
      <div class="card-body">
        <dl class="kv kv-fit">
          <dt>Version</dt>
          <dd>{versionWords(wanted, applied)}</dd>
          {host.schedule_refused !== null && (
            <>
              <dt>Refused</dt>
              <dd>v{wanted}</dd>
            </>
          )}
          <dt>Agent</dt>
          <dd>{visibleText(host.agent_version ?? "not known yet")}</dd>
        </dl>
      </div>
    </section>
  );
}
