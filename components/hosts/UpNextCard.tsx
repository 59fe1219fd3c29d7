/** @module What runs next by itself in the whole fleet. */
import { paths } from "../../server/protocol/paths.ts";
import type { UpcomingRun } from "../../server/schedules/schedules.ts";
import { Card } from "../Card.tsx";
import { absolute } from "../format.ts";
import { visibleText } from "../job/visible_text.ts";
import { shortMomentIn } from "../schedule/zone_times.ts";
import { StatusIcon } from "../Status.tsx";

export interface UpNextCardProps {
  /** The nearest first. */
  runs: UpcomingRun[];
  now_ms: number;
}

/** The next runs, in the server's time zone. */
export function UpNextCard({ runs, now_ms }: UpNextCardProps) {
  const zone = Temporal.Now.timeZoneId();
  return (
    <Card
      id="up-next"
      title="Up next"
      actions={runs.length === 0 ? undefined : <span class="meta">{zone}</span>}
      live
    >
      {runs.length === 0
        ? (
          <p class="card-body faint">
            No schedule is switched on, or all are paused. Schedules are on each host's page.
          </p>
        )
        : (
          <ul class="list coming">
            {runs.map((run) => (
              <li
                key={run.schedule_id}
                class="hoverable"
                data-key={run.schedule_id}
                title={absolute(run.at_ms)}
              >
                <time
                  class="faint nowrap when-col"
                  dateTime={new Date(run.at_ms).toISOString()}
                >
                  {shortMomentIn(zone, run.at_ms, now_ms)}
                </time>
                {!run.is_on_host && <StatusIcon kind="stale" title="Not on the host yet" />}
                <a class="medium clip rowlink" href={paths.schedule(run.host_id, run.schedule_id)}>
                  {run.host_name}
                </a>
                <span class="faint push clip">{visibleText(run.schedule_name)}</span>
              </li>
            ))}
          </ul>
        )}
    </Card>
  );
}
