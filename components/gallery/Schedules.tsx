/** @module The gallery's schedules: in force, changed, refused, off; and the fields that make one. */
import type { ShownSchedule } from "../../server/protocol/schedule_rest.ts";
import { Card } from "../Card.tsx";
import { UpNextCard } from "../hosts/UpNextCard.tsx";
import { SaveFoot } from "../SaveFoot.tsx";
import { LimitFields } from "../schedule/LimitFields.tsx";
import { NextRuns, type Previewed, PreviewLine } from "../schedule/NextRuns.tsx";
import { ScheduleNotes } from "../schedule/ScheduleNotes.tsx";
import { ScheduleRail } from "../schedule/ScheduleRail.tsx";
import { SchedulesCard } from "../schedule/SchedulesCard.tsx";
import { ScheduleTable } from "../schedule/ScheduleTable.tsx";
import { freshValues, type ScheduleValues } from "../schedule/schedule_values.ts";
import { WhatFields } from "../schedule/WhatFields.tsx";
import { WhenFields } from "../schedule/WhenFields.tsx";
import { ZoneList, ZONES_ID } from "../schedule/ZoneList.tsx";
import { hoursAgo, NOW_MS, SAMPLE_JOBS, sampleHost, sampleId } from "./samples.ts";

const HOST = sampleHost(40, {
  name: "pi-garage",
  ...{ schedule_count: 4, schedule_version: 7, applied_schedule_version: 5 },
  schedule_refused: "the disk of the host is full",
  paused: { until: hoursAgo(-86), by: "an operator", reason: "moving the shelf" },
});

function sampleSchedule(n: number, more: Partial<ShownSchedule> = {}): ShownSchedule {
  return {
    ...{ id: sampleId(400 + n), host_id: HOST.id, name: "Nightly", kind: "backup" },
    ...{ cron: "0 3 * * *", timezone: "Europe/Prague", jitter_seconds: 0, catch_up: true },
    ...{ backup_set: null, bandwidth: {}, enabled: true, changed_by: "an operator" },
    ...{ created_at: hoursAgo(900), changed_at: hoursAgo(90), changed_in_version: 5 },
    ...{ text: "Every day at 03:00", next_run_at: hoursAgo(-90) },
    ...more,
  };
}

const SCHEDULES = [
  sampleSchedule(1, { name: "Nightly system", changed_in_version: 6 }),
  sampleSchedule(2, { name: "Photos", text: "Sundays at 04:30", next_run_at: hoursAgo(-200) }),
  sampleSchedule(3, {
    ...{ name: "Camera clips", text: "Every 6 h", changed_in_version: 7 },
    ...{ created_at: hoursAgo(1), changed_at: hoursAgo(1) },
  }),
  sampleSchedule(4, { name: "Old share", enabled: false, next_run_at: null }),
];
const LAST_JOBS = new Map(SCHEDULES.slice(0, 2).map(({ id }, n) => [id, SAMPLE_JOBS[3 + n]!]));
const TIMES = { timezone: "Europe/Prague", jitter_seconds: 600 };
const PREVIEWED: Previewed[] = [
  {
    kind: "ok",
    ...TIMES,
    preview: {
      text: "Sundays at 02:30, up to 10 min later",
      next_runs: ["2026-11-15", "2026-11-22", "2026-11-29", "2026-12-06", "2026-12-13"]
        .map((day) => ({ at: `${day}T01:30:00Z`, offset: "+01:00", local: `${day}T02:30` })),
    },
  },
  { kind: "refused", field: "cron", message: "This time never comes: no month has that day" },
];
const VALUES: ScheduleValues = {
  ...freshValues("Europe/Prague", { paths: ["/etc", "/srv"], excludes: ["*.tmp"], tags: [] }),
  ...{ frequency: "weekly", weekdays: "0,6", set: "own" },
};

/** The tab's parts, the card of the overview, the editor's fields. */
export function ScheduleGallery({ csrf_token }: { csrf_token: string }) {
  const part = { host: HOST, schedules: SCHEDULES, now_ms: NOW_MS };
  const coming = SCHEDULES.slice(0, 2).map((schedule, n) => ({
    schedule,
    at_ms: NOW_MS + (n + 1) * 5_000_000,
  }));
  return (
    <>
      <ScheduleNotes {...part} may_pause may_install csrf_token={csrf_token} />
      <Card id="g-schedules" title="Schedules of a host" clip>
        <ScheduleTable
          {...part}
          last_jobs={LAST_JOBS}
          may_edit
          may_run
          zone={undefined}
          csrf_token={csrf_token}
        />
      </Card>
      <SchedulesCard {...part} last_jobs={LAST_JOBS} may_edit />
      <ScheduleRail {...part} coming={coming} />
      <UpNextCard
        now_ms={NOW_MS}
        runs={SCHEDULES.map((schedule, n) => ({
          ...{ schedule_id: schedule.id, schedule_name: schedule.name, host_id: HOST.id },
          ...{ host_name: HOST.name, at_ms: NOW_MS + n * 40_000_000, is_on_host: n !== 2 },
        }))}
      />
      <NextRuns previewed={PREVIEWED[0]!} now_ms={NOW_MS} />
      <Card id="g-schedule-fields" title="Fields of a schedule">
        <form class="stack gap-4" method="get">
          <div class="card-body stack gap-4">
            <WhenFields
              values={VALUES}
              errors={{ weekdays: "Choose a day", timezone: "Give a time zone as UTC" }}
              zones={ZONES_ID}
            />
            {PREVIEWED.map((previewed) => (
              <PreviewLine
                key={previewed.kind}
                previewed={previewed}
              />
            ))}
            <WhatFields
              values={VALUES}
              errors={{ "backup_set.paths": "Line 1: must be absolute" }}
              host_set={HOST.backup_set}
            />
            <LimitFields values={VALUES} errors={{}} />
          </div>
          <SaveFoot
            changes={["runs daily at 02:30 → Sun, Sat at 02:30", "a backup set of its own"]}
            label="Save schedule"
            onDiscard={() => {}}
          />
        </form>
        <ZoneList />
      </Card>
    </>
  );
}
