/** @module The steps of a job, each with its mark and how long it took. */
import { duration } from "../format.ts";
import { Icon, type IconName } from "../Icon.tsx";
import type { JobView } from "./job_view.ts";
import { type PhaseItem, phasesOf } from "./phases.ts";

const MARKS: Record<PhaseItem["state"], { icon: IconName; word: string }> = {
  done: { icon: "check", word: "done" },
  now: { icon: "s-run", word: "now" },
  next: { icon: "s-queued", word: "to come" },
  fail: { icon: "x", word: "failed" },
  stop: { icon: "s-cancel", word: "cancelled" },
  skip: { icon: "minus", word: "skipped" },
};

/** The phases of a job; nothing when it is not known in which one it ended. */
export function PhaseList({ view }: { view: JobView }) {
  const items = phasesOf(view);
  if (items === undefined) return null;
  return (
    <ol class="phases" aria-label="Phases">
      {items.map((item) => (
        <li key={item.label} data-p={item.state}>
          <Icon
            name={MARKS[item.state].icon}
            size={14}
            label={MARKS[item.state].word}
            class={item.state === "now" && item.label !== "Queue" ? "spin" : undefined}
          />
          <b>{item.label}</b>
          <span>
            {item.took_seconds !== null
              ? duration(item.took_seconds)
              : item.state === "skip"
              ? "skipped"
              : ""}
          </span>
        </li>
      ))}
    </ol>
  );
}
