/** @module The question on the Schedules tab, as a dialog. */
import { Ask } from "../Ask.tsx";
import { visibleText } from "../job/visible_text.ts";
import { CloneDialog } from "./CloneDialog.tsx";
import { PauseDialog } from "./PauseDialog.tsx";
import type { ScheduleQuestion as Question } from "./schedule_question.ts";

export interface ScheduleQuestionProps {
  question: Question;
  /** The tab without the question. */
  back: string;
  csrf: string;
}

/** Pause, clone or remove. */
export function ScheduleQuestion({ question, back, csrf }: ScheduleQuestionProps) {
  if (question.kind === "pause") {
    return <PauseDialog {...question.props} back={back} csrf={csrf} />;
  }
  if (question.kind === "clone") {
    return <CloneDialog {...question.props} back={back} csrf={csrf} />;
  }
  const { schedule, host_name } = question;
  return (
    <Ask
      title={`Remove ${visibleText(schedule.name)}?`}
      csrf={csrf}
      fields={{ action: "remove", schedule_id: schedule.id }}
      back={back}
      label="Remove schedule"
      tone="danger"
      keep_label="Keep schedule"
    >
      <p class="dim break">
        {host_name} stops running it as soon as it hears of it.{" "}
        <b class="strong">Its snapshots and the jobs it started stay.</b>
      </p>
    </Ask>
  );
}
