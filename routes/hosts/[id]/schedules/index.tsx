import { page } from "fresh";
import { Card, Empty } from "../../../../components/Card.tsx";
import { count } from "../../../../components/format.ts";
import { HostFrame } from "../../../../components/host/HostFrame.tsx";
import { Icon } from "../../../../components/Icon.tsx";
import { visibleText } from "../../../../components/job/visible_text.ts";
import { dateTimeOf } from "../../../../components/query.ts";
import {
  comingRuns,
  firstMoment,
  placementOf,
} from "../../../../components/schedule/schedule_state.ts";
import { ScheduleNotes } from "../../../../components/schedule/ScheduleNotes.tsx";
import { ScheduleQuestion } from "../../../../components/schedule/ScheduleQuestion.tsx";
import { ScheduleRail } from "../../../../components/schedule/ScheduleRail.tsx";
import { ScheduleTable } from "../../../../components/schedule/ScheduleTable.tsx";
import { questionOf } from "../../../../components/schedule/schedule_question.ts";
import { Count } from "../../../../components/Status.tsx";
import { can } from "../../../../server/auth/permissions.ts";
import { AppError } from "../../../../server/errors.ts";
import { setFlash } from "../../../../server/http/flash.ts";
import { readForm } from "../../../../server/http/form.ts";
import { orRefusal } from "../../../../server/http/form_errors.ts";
import { paths } from "../../../../server/protocol/paths.ts";
import { CloneScheduleRequest, PauseRequest } from "../../../../server/protocol/schedule_rest.ts";
import { define, type State } from "../../../../server/state.ts";

const COMING_RUNS = 5;

interface Asked {
  /** What is asked, as the address has it: `pause`, `clone`, `remove`. */
  asked: URLSearchParams;
  typed?: FormData;
  errors?: Record<string, string>;
}

function dataOf(state: State, host_id: string, { asked, typed, errors = {} }: Asked) {
  const { services } = state;
  const actor = state.actor!;
  const host = services.hosts.get(actor, host_id);
  const schedules = services.schedules.ofHost(actor, host);
  const now_ms = services.clock.now_ms();
  const rights = {
    edit: can(actor, "schedule.edit"),
    run: can(actor, "job.start"),
    pause: can(actor, "host.pause"),
    install: can(actor, "host.add"),
  };
  return {
    host,
    schedules,
    last_jobs: services.jobs.lastOfSchedules(actor, schedules.map(({ id }) => id)),
    coming: comingRuns(schedules.filter((one) => placementOf(one, host) !== "new"), {
      from_ms: firstMoment(host, now_ms),
      count: COMING_RUNS,
    }),
    question: questionOf(
      { host, schedules, rights, now_ms, errors },
      { asked, typed, survey: (q) => services.hosts.survey(actor, { q }) },
    ),
    rights,
    now_ms,
  };
}

export const handler = define.handlers({
  GET(ctx) {
    return page(dataOf(ctx.state, ctx.params["id"]!, { asked: ctx.url.searchParams }));
  },
  async POST(ctx) {
    const { state } = ctx;
    const { services } = state;
    const { schedules, jobs, hosts } = services;
    const actor = state.actor!;
    const host_id = ctx.params["id"]!;
    const form = await readForm(ctx);
    const schedule_id = String(form.get("schedule_id") ?? "");
    const done = (title: string, text?: string) => {
      const response = ctx.redirect(paths.hostSchedules(host_id), 303);
      const flash = { tone: "ok" as const, title };
      setFlash(response.headers, text === undefined ? flash : { ...flash, text }, services.config);
      return response;
    };
    const back = (question: string, errors: Record<string, string>) =>
      page(
        dataOf(state, host_id, { asked: new URLSearchParams(question), typed: form, errors }),
        { status: 400 },
      );
    switch (form.get("action")) {
      case "switch": {
        const enabled = form.get("enabled") === "on";
        const { name } = schedules.edit(actor, schedule_id, { enabled });
        return done(enabled ? "Turned on" : "Turned off", visibleText(name));
      }
      case "run":
        return ctx.redirect(paths.job(jobs.runSchedule(actor, schedule_id).id), 303);
      case "remove": {
        const { name } = schedules.get(actor, schedule_id);
        schedules.remove(actor, schedule_id);
        return done("Removed", `${visibleText(name)}: its snapshots and jobs stay.`);
      }
      case "pause": {
        const until = dateTimeOf(String(form.get("until") ?? ""));
        if (until === undefined) return back("pause", { until: "Give a day and a time" });
        const { refusal } = await orRefusal(() =>
          schedules.pause(
            actor,
            host_id,
            PauseRequest.parse({ until, reason: String(form.get("reason") ?? "") }),
          )
        );
        return refusal ? back("pause", refusal.errors) : done("Paused");
      }
      case "resume":
        schedules.resume(actor, host_id);
        return done("Resumed", "The schedules fire again.");
      case "clone": {
        const q = String(form.get("q") ?? "");
        const host_ids = form.get("all") === "on"
          ? hosts.survey(actor, { q }).matching.map(({ id }) => id).filter((id) => id !== host_id)
          : form.getAll("host_ids").map(String);
        const { refusal } = await orRefusal(() => {
          const request = CloneScheduleRequest.parse({ host_ids });
          if (schedule_id === "all") schedules.cloneAll(actor, host_id, request.host_ids);
          else schedules.clone(actor, schedule_id, request.host_ids);
        });
        if (refusal === undefined) {
          const n = host_ids.length;
          return done("Cloned", `To ${count(n)} ${n === 1 ? "host" : "hosts"}.`);
        }
        return back(new URLSearchParams({ clone: schedule_id, q }).toString(), refusal.errors);
      }
      default:
        throw new AppError("bad_request", "Say what to do", { field: "action" });
    }
  },
});

export default define.page<typeof handler>(function SchedulesPage({ data, state, url }) {
  const { host, schedules, rights, now_ms, question } = data;
  const zones = [...new Set(schedules.map(({ timezone }) => timezone))];
  const caught_up = schedules.every(({ catch_up }) => catch_up);
  return (
    <HostFrame
      host={host}
      tab="Schedules"
      actor={state.actor!}
      csrf_token={state.csrf_token}
      now_ms={now_ms}
      url={url}
    >
      {question && (
        <ScheduleQuestion
          question={question}
          back={paths.hostSchedules(host.id)}
          csrf={state.csrf_token}
        />
      )}
      <ScheduleNotes
        host={host}
        may_pause={rights.pause}
        may_install={rights.install}
        csrf_token={state.csrf_token}
        now_ms={now_ms}
      />
      <div class="split [--rail:312px]">
        <Card
          id="schedules"
          title="Schedules"
          beside={schedules.length === 0 ? null : <Count value={count(schedules.length)} />}
          actions={
            <>
              {rights.pause && host.paused === null && schedules.length > 0 && (
                <a class="btn btn-sm" href="?pause">
                  <Icon name="pause" size={14} />
                  Pause…
                </a>
              )}
              {rights.edit && schedules.length > 1 && (
                <a class="btn btn-sm hide-sm" href="?clone=all">
                  <Icon name="copy" size={14} />
                  Clone all to…
                </a>
              )}
              {rights.edit && (
                <a class="btn btn-sm" href={paths.addSchedule(host.id)}>
                  <Icon name="plus" size={14} />
                  Add schedule
                </a>
              )}
            </>
          }
          foot={schedules.length === 0 ? undefined : (
            <span>
              {zones.length === 1
                ? `All times are on the clock of ${zones[0]}.`
                : "Times are on the clock of each schedule's zone."}
              {caught_up ? " Missed runs are caught up once." : ""}
            </span>
          )}
          clip
          live
        >
          {schedules.length === 0
            ? (
              <Empty icon="calendar" title="Nothing runs by itself yet">
                <p class="dim">
                  A schedule backs {host.name} up at its times, also while this server is down.
                </p>
                {rights.edit && (
                  <a class="btn btn-primary" href={paths.addSchedule(host.id)}>
                    <Icon name="plus" />
                    Add schedule
                  </a>
                )}
              </Empty>
            )
            : (
              <ScheduleTable
                host={host}
                schedules={schedules}
                last_jobs={data.last_jobs}
                may_edit={rights.edit}
                may_run={rights.run}
                zone={zones.length === 1 ? zones[0] : undefined}
                csrf_token={state.csrf_token}
                now_ms={now_ms}
              />
            )}
        </Card>
        <ScheduleRail host={host} schedules={schedules} coming={data.coming} now_ms={now_ms} />
      </div>
    </HostFrame>
  );
});
