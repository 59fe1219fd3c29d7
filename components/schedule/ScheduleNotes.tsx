/** @module What stands above a host's schedules: that they are not in force, that they are paused. */
import type { Host } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";
import { Note } from "../Card.tsx";
import { moment } from "../days.ts";
import { CsrfField } from "../Field.tsx";
import { Icon } from "../Icon.tsx";
import { visibleText } from "../job/visible_text.ts";
import { driftOf } from "./schedule_state.ts";

export interface ScheduleNotesProps {
  host: Host;
  may_pause: boolean;
  may_install: boolean;
  csrf_token: string;
  now_ms: number;
}

/** The notes; nothing while all is in force and nothing is paused. */
export function ScheduleNotes({ host, may_install, ...rest }: ScheduleNotesProps) {
  const drift = driftOf(host);
  return (
    <div class="stack gap-2.5 empty:hidden" data-live="schedule-notes">
      {drift && (
        <Note
          tone="stale"
          title={drift.title}
          actions={may_install && host.applied_schedule_version === null
            ? <a class="btn btn-sm" href={paths.hostInstall(host.id)}>Install line</a>
            : undefined}
        >
          {visibleText(drift.text)}
        </Note>
      )}
      <PauseNote host={host} {...rest} />
    </div>
  );
}

/** Until when a host's schedules rest, by whom and why, with the way out. */
export function PauseNote(
  { host, may_pause, csrf_token, now_ms }: Omit<ScheduleNotesProps, "may_install">,
) {
  if (host.paused === null) return null;
  const { until, by, reason } = host.paused;
  const href = paths.hostSchedules(host.id);
  return (
    <Note
      tone="idle"
      icon="s-pause"
      title={`Backups are paused until ${moment(Date.parse(until), now_ms)}.`}
      actions={may_pause
        ? (
          <>
            <a class="btn btn-sm" href={`${href}?pause`}>Change…</a>
            <form method="post" action={href}>
              <CsrfField token={csrf_token} />
              <button type="submit" class="btn btn-sm" name="action" value="resume">
                <Icon name="play" size={14} />
                Resume
              </button>
            </form>
          </>
        )
        : undefined}
    >
      <span class="break">
        By {visibleText(by)}
        {reason === "" ? "" : `, “${visibleText(reason)}”`}. No schedule fires until then; Run now
        does.
      </span>
    </Note>
  );
}
