/** @module Until when the schedules of a host rest, and why. */
import type { Host } from "../../server/protocol/entities.ts";
import { Ask } from "../Ask.tsx";
import { Field } from "../Field.tsx";

export interface PauseDialogProps {
  host: Host;
  csrf: string;
  back: string;
  /** In the server's zone, as a field of a form has it: `2026-11-16T00:00`. */
  until: string;
  reason: string;
  errors: Record<string, string>;
  /** The zone that `until` is in. */
  zone: string;
}

/** The question before a pause, or before a change of one. */
export function PauseDialog(props: PauseDialogProps) {
  const { host, csrf, back, until, reason, errors, zone } = props;
  const paused = host.paused !== null;
  return (
    <Ask
      title={paused ? `Change the pause of ${host.name}?` : `Pause the schedules of ${host.name}?`}
      csrf={csrf}
      fields={{ action: "pause" }}
      back={back}
      label={paused ? "Change pause" : "Pause"}
      keep_label={paused ? "Keep as it is" : "Keep running"}
    >
      <p class="dim break">
        No schedule fires until then, also while this server is off. What falls into the pause is
        not caught up. Run now still works.
      </p>
      <Field
        name="until"
        label="Until"
        value={until}
        error={errors["until"] ?? errors[""]}
        hint={`In the server's time zone, ${zone}.`}
        input={{ type: "datetime-local", required: true, autofocus: true }}
      />
      <Field
        name="reason"
        label="Reason"
        note="optional"
        value={reason}
        error={errors["reason"]}
        hint="Others read it on the host's page."
        input={{ maxLength: 200 }}
      />
    </Ask>
  );
}
