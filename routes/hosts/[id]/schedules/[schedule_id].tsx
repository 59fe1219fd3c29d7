import { page } from "fresh";
import { Page, PageHead } from "../../../../components/Page.tsx";
import { frameOf } from "../../../../components/page_frame.ts";
import { NextRuns, type Previewed } from "../../../../components/schedule/NextRuns.tsx";
import { ScheduleFacts } from "../../../../components/schedule/ScheduleFacts.tsx";
import { runReason } from "../../../../components/schedule/schedule_state.ts";
import {
  freshValues,
  inputOf,
  jitterSeconds,
  type ScheduleErrors,
  type ScheduleValues,
  valueErrors,
  valuesIn,
  valuesOf,
} from "../../../../components/schedule/schedule_values.ts";
import { cronOf, whenErrors } from "../../../../components/schedule/when.ts";
import { ZoneList, ZONES_ID } from "../../../../components/schedule/ZoneList.tsx";
import ScheduleEditor from "../../../../islands/ScheduleEditor.tsx";
import { can, demand } from "../../../../server/auth/permissions.ts";
import { AppError } from "../../../../server/errors.ts";
import { readForm } from "../../../../server/http/form.ts";
import { setFlash } from "../../../../server/http/flash.ts";
import { orRefusal, type Refusal } from "../../../../server/http/form_errors.ts";
import { paths } from "../../../../server/protocol/paths.ts";
import {
  AddScheduleRequest,
  EditScheduleRequest,
} from "../../../../server/protocol/schedule_rest.ts";
import { define, type State } from "../../../../server/state.ts";

/** In place of an id in the address: one that is not there yet. */
const NEW = "new";

interface Answer {
  typed: ScheduleValues;
  errors: ScheduleErrors;
}

interface Addressed {
  host_id: string;
  schedule_id: string;
}

function addressed(params: Record<string, string>): Addressed {
  return { host_id: params["id"]!, schedule_id: params["schedule_id"]! };
}

async function dataOf(state: State, { host_id, schedule_id }: Addressed, answer?: Answer) {
  const { services } = state;
  const actor = state.actor!;
  const may_edit = can(actor, "schedule.edit");
  if (schedule_id === NEW) demand(actor, "schedule.edit");
  const host = services.hosts.get(actor, host_id);
  const schedule = schedule_id === NEW ? null : services.schedules.get(actor, schedule_id);
  if (schedule !== null && schedule.host_id !== host_id) {
    throw new AppError("not_found", "This host has no such schedule");
  }
  const others = schedule === null ? services.schedules.list(actor, host_id).items : [];
  const saved = schedule === null ? null : valuesOf(schedule, host.backup_set);
  const zone = others[0]?.timezone ?? Temporal.Now.timeZoneId();
  const typed = answer?.typed ?? saved ?? freshValues(zone, host.backup_set);
  return {
    host,
    schedule,
    saved,
    typed,
    may_edit,
    errors: answer?.errors ?? {},
    wants_zone: schedule === null && answer === undefined && others.length === 0,
    previewed: await previewOf(state, typed),
    now_ms: services.clock.now_ms(),
  };
}

async function previewOf(state: State, values: ScheduleValues): Promise<Previewed> {
  const fault = Object.values(whenErrors(values))[0];
  if (fault !== undefined) return { kind: "refused", message: fault, field: null };
  const jitter_seconds = jitterSeconds(values);
  const timezone = values.timezone.trim();
  const answer = await orRefusal(() =>
    state.services.schedules.preview(state.actor!, {
      cron: cronOf(values),
      timezone,
      jitter_seconds,
    })
  );
  if (answer.refusal === undefined) {
    return { kind: "ok", preview: answer.value, timezone, jitter_seconds };
  }
  const [field, message] = Object.entries(answer.refusal.errors)[0] ??
    ["", "These times cannot be"];
  return { kind: "refused", message, field };
}

/** The errors by the fields of the form, which shows times in its own way. */
function fieldErrors({ errors }: Refusal, values: ScheduleValues): ScheduleErrors {
  const { jitter_seconds, backup_set, ...rest } = errors as Record<string, string>;
  const at: ScheduleErrors = rest;
  if (jitter_seconds !== undefined) at.jitter_minutes = jitter_seconds;
  if (backup_set !== undefined) at["backup_set.paths"] = backup_set;
  if (values.frequency !== "cron" && at.cron !== undefined) at[""] = at.cron;
  return at;
}

export const handler = define.handlers({
  async GET(ctx) {
    return page(await dataOf(ctx.state, addressed(ctx.params)));
  },
  async POST(ctx) {
    const { state } = ctx;
    const { jobs, schedules, hosts } = state.services;
    const actor = state.actor!;
    const { host_id, schedule_id } = addressed(ctx.params);
    const form = await readForm(ctx);
    const done = (title: string, text: string) => {
      const response = ctx.redirect(paths.hostSchedules(host_id), 303);
      setFlash(response.headers, { tone: "ok", title, text }, state.services.config);
      return response;
    };
    switch (form.get("action")) {
      case "run":
        return ctx.redirect(paths.job(jobs.runSchedule(actor, schedule_id).id), 303);
      case "remove": {
        const { name } = schedules.get(actor, schedule_id);
        schedules.remove(actor, schedule_id);
        return done("Removed", `${name}: its snapshots and jobs stay.`);
      }
      case "preview": {
        const typed = valuesIn(form);
        const { cron, timezone } = refusedTimes(await previewOf(state, typed));
        return page(
          await dataOf(state, { host_id, schedule_id }, { typed, errors: { cron, timezone } }),
        );
      }
      default: {
        const typed = valuesIn(form);
        const wrong = valueErrors(typed);
        const answer = Object.keys(wrong).length > 0
          ? { refusal: { status: 400, errors: wrong as Record<string, string> } }
          : await orRefusal(() => save(state, { host_id, schedule_id }, typed));
        if (answer.refusal !== undefined) {
          const errors = fieldErrors(answer.refusal, typed);
          const data = await dataOf(state, { host_id, schedule_id }, { typed, errors });
          return page(data, { status: answer.refusal.status });
        }
        const { status, name } = hosts.get(actor, host_id);
        return done(
          schedule_id === NEW ? "Added" : "Saved",
          status === "offline" || status === "pending"
            ? `${answer.value.name}: ${name} gets it when it is there.`
            : `${answer.value.name}: ${name} gets it at once.`,
        );
      }
    }
  },
});

function save(state: State, { host_id, schedule_id }: Addressed, typed: ScheduleValues) {
  const { schedules } = state.services;
  const actor = state.actor!;
  const { kind, ...input } = inputOf(typed);
  return schedule_id === NEW
    ? schedules.add(actor, host_id, AddScheduleRequest.parse({ ...input, kind }))
    : schedules.edit(actor, schedule_id, EditScheduleRequest.parse(input));
}

function refusedTimes(previewed: Previewed): ScheduleErrors {
  if (previewed.kind !== "refused" || previewed.field === null) return {};
  return { [previewed.field]: previewed.message };
}

export default define.page<typeof handler>(function SchedulePage({ data, state, url }) {
  const { host, schedule, saved, now_ms } = data;
  const crumbs = [
    { label: "Hosts", href: paths.hosts() },
    { label: host.name, href: paths.host(host.id) },
    { label: "Schedules", href: paths.hostSchedules(host.id) },
    { label: schedule?.name ?? "New" },
  ];
  return (
    <Page
      crumbs={crumbs}
      title={`${schedule?.name ?? "New schedule"}, ${host.name}`}
      {...frameOf(state, url)}
      live={{ host_id: host.id }}
    >
      {data.may_edit
        ? (
          <>
            <ScheduleEditor
              schedule={schedule === null
                ? null
                : { id: schedule.id, name: schedule.name, saved: saved! }}
              host={{ name: host.name, backup_set: host.backup_set }}
              typed={data.typed}
              errors={data.errors}
              previewed={data.previewed}
              wants_zone={data.wants_zone}
              run_reason={schedule === null ? null : runReason(schedule, host)}
              zones={ZONES_ID}
              csrf={state.csrf_token}
              now_ms={now_ms}
            />
            <ZoneList />
          </>
        )
        : schedule && (
          <>
            <PageHead
              title={schedule.name}
              sub={`Backup schedule on ${host.name}. Runs on the host, even when this server is down.`}
            />
            <div class="split rail-372">
              <ScheduleFacts schedule={schedule} host_set={host.backup_set} now_ms={now_ms} />
              <aside class="rail stack stack-lg" aria-label="Next runs">
                <NextRuns previewed={data.previewed} now_ms={now_ms} />
              </aside>
            </div>
          </>
        )}
    </Page>
  );
});
