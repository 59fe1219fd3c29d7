/**
 * @module The form of a schedule: what it would change, and what its times mean, while it is typed.
 * Without script a plain form, whose button "Show next runs" asks the same.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { Note } from "../components/Card.tsx";
import { ConfirmForm } from "../components/ConfirmForm.tsx";
import { CsrfField, Field } from "../components/Field.tsx";
import { Icon } from "../components/Icon.tsx";
import { visibleText } from "../components/job/visible_text.ts";
import { limitDigest, LimitFields } from "../components/schedule/LimitFields.tsx";
import { NextRuns, type Previewed, PreviewLine } from "../components/schedule/NextRuns.tsx";
import { scheduleChanges } from "../components/schedule/schedule_changes.ts";
import {
  type ScheduleErrors,
  type ScheduleValues,
  valuesIn,
} from "../components/schedule/schedule_values.ts";
import { usePreview } from "../components/schedule/use_preview.ts";
import { cronOf, whenOf, whenWords } from "../components/schedule/when.ts";
import { whatDigest, WhatFields } from "../components/schedule/WhatFields.tsx";
import { WhenFields } from "../components/schedule/WhenFields.tsx";
import { SaveFoot } from "../components/SaveFoot.tsx";
import { Section } from "../components/Section.tsx";
import type { BackupSet } from "../server/protocol/entities.ts";

export interface ScheduleEditorProps {
  /** As it is saved; null: a new one. */
  schedule: { id: string; name: string; saved: ScheduleValues } | null;
  host: { name: string; backup_set: BackupSet };
  /** What stands in the fields. */
  typed: ScheduleValues;
  errors: ScheduleErrors;
  /** What the times of `typed` mean. */
  previewed: Previewed;
  /** The browser's zone takes the place of the typed one, which nobody chose. */
  wants_zone: boolean;
  /** Why it cannot be started now. */
  run_reason: string | null;
  /** The id of the page's list of time zones. */
  zones: string;
  csrf: string;
  now_ms: number;
}

const FORM_ID = "schedule";

/** Head, form and next runs. */
export default function ScheduleEditor(props: ScheduleEditorProps) {
  const { schedule, host, errors, csrf, now_ms } = props;
  const [values, setValues] = useState(() => typedSoFar(props.typed));
  const [script, setScript] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const leaves = useRef(false);
  // What stands around the fields is first drawn as the server drew it: hydration finds no more.
  const told = script ? values : props.typed;
  const previewed = usePreview(told, props.previewed);
  const changes = scheduleChanges(schedule?.saved ?? props.typed, told);
  const guarded = changes.length > 0;

  useEffect(() => {
    setScript(true);
    if (props.wants_zone) {
      const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
      setValues((before) =>
        before.timezone === props.typed.timezone ? { ...before, timezone: timeZone } : before
      );
    }
  }, []);

  useEffect(() => {
    if (!guarded) return;
    const ask = (event: BeforeUnloadEvent) => {
      if (!leaves.current) event.preventDefault();
    };
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [guarded]);

  function read() {
    const typed = valuesIn(new FormData(form.current!));
    // The expression to begin with is the one that the fields said.
    const turned = typed.frequency === "cron" && values.frequency !== "cron";
    const back = typed.frequency !== "cron" && values.frequency === "cron";
    const fields = back ? whenOf(values.cron) : undefined;
    if (turned) typed.cron = cronOf(values);
    setValues(
      fields?.frequency === typed.frequency ? { ...typed, ...fields } : typed,
    );
  }

  const refused = previewed.kind === "refused" ? previewed : undefined;
  // What is wrong with the times now counts, not what was when the form came back.
  const live: ScheduleErrors = script
    ? { ...errors, cron: undefined, timezone: undefined, ...faultOf(refused) }
    : errors;

  return (
    <>
      <header class="page-head">
        <div class="min-w-0">
          <h1 class="h1 break">
            {schedule === null ? "New schedule" : visibleText(schedule.name)}
          </h1>
          <p class="dim break">
            Backup schedule on {host.name}. Runs on the host, even when this server is down.
          </p>
        </div>
        <div class="actions items-center">
          <label class="row gap-2">
            <input
              type="checkbox"
              class="switch"
              role="switch"
              form={FORM_ID}
              name="enabled"
              checked={values.enabled !== ""}
              onInput={read}
            />
            Enabled
          </label>
          {schedule && (
            <RunAndRemove
              {...props}
              schedule={schedule}
              onLeave={() => leaves.current = true}
            />
          )}
        </div>
      </header>
      <div class="split rail-372">
        <form
          ref={form}
          id={FORM_ID}
          class="card"
          method="post"
          onInput={read}
          onSubmit={() => leaves.current = true}
        >
          <CsrfField token={csrf} />
          {errors[""] && <Note tone="fail" class="m-4" title="Not saved.">{errors[""]}</Note>}
          <Section
            title="Name"
            text="Jobs that it starts carry it."
            digest={told.name.trim() || "none yet"}
            open
          >
            <Field name="name" label="Name" value={values.name} error={errors.name} />
          </Section>
          <Section
            title="When"
            text="On the clock of the zone, summer time and all."
            digest={whenWords(told)}
            open
          >
            <div class="stack gap-3">
              <WhenFields values={values} errors={live} zones={props.zones} />
              <PreviewLine previewed={previewed} />
              {!script && (
                <button
                  type="submit"
                  class="btn justify-self-start"
                  name="action"
                  value="preview"
                >
                  Show next runs
                </button>
              )}
            </div>
          </Section>
          <Section
            title="What"
            text="The host's default backup set as it is at each run, or one of its own."
            digest={whatDigest(told, host.backup_set)}
            open={hasError(errors, "backup_set")}
          >
            <WhatFields values={values} errors={errors} host_set={host.backup_set} />
          </Section>
          <Section
            title="Speed"
            text="For its runs alone."
            digest={limitDigest(told)}
            open={hasError(errors, "bandwidth")}
          >
            <LimitFields values={values} errors={errors} />
          </Section>
          <SaveFoot
            changes={schedule === null ? [] : changes}
            label={schedule === null ? "Add schedule" : "Save schedule"}
            onDiscard={() => setValues(schedule?.saved ?? props.typed)}
          />
        </form>
        <aside class="rail stack stack-lg" aria-label="Next runs">
          <NextRuns previewed={previewed} now_ms={now_ms} />
        </aside>
      </div>
    </>
  );
}

/** What was typed before the script came stays: the fields as they are on the page. */
function typedSoFar(drawn: ScheduleValues): ScheduleValues {
  // The server, which draws this too, has no document.
  const form = globalThis.document?.getElementById(FORM_ID);
  if (!form) return drawn;
  const typed = valuesIn(new FormData(form as HTMLFormElement));
  const is_drawn = Object.entries(drawn).every(([name, value]) =>
    // A field that came back from a form has its line ends.
    typed[name as keyof ScheduleValues] === value.replaceAll("\r\n", "\n")
  );
  return is_drawn ? drawn : typed;
}

function RunAndRemove(
  { schedule, host, run_reason, csrf, onLeave }: ScheduleEditorProps & {
    schedule: NonNullable<ScheduleEditorProps["schedule"]>;
    onLeave: () => void;
  },
) {
  return (
    <>
      <form method="post" onSubmit={onLeave}>
        <CsrfField token={csrf} />
        <button
          type="submit"
          class="btn"
          name="action"
          value="run"
          disabled={run_reason !== null}
          title={run_reason ?? "As it is saved"}
        >
          <Icon name="play" />
          Run now
        </button>
      </form>
      <ConfirmForm
        label="Remove…"
        title={`Remove ${visibleText(schedule.name)}?`}
        text={`${host.name} stops running it as soon as it hears of it.`}
        stays="Its snapshots and the jobs it started stay."
        fields={{ action: "remove" }}
        csrf={csrf}
        confirm_label="Remove schedule"
        keep_label="Keep schedule"
      />
    </>
  );
}

function faultOf(refused: Extract<Previewed, { kind: "refused" }> | undefined): ScheduleErrors {
  if (refused === undefined) return {};
  if (refused.field === "timezone") return { timezone: refused.message };
  return refused.field === "cron" ? { cron: refused.message } : {};
}

function hasError(errors: ScheduleErrors, prefix: string): boolean {
  return Object.keys(errors).some((name) => name.startsWith(prefix));
}
