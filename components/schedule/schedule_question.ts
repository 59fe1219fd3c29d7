/** @module The question that the address of the Schedules tab asks for. Pure. */
import type { Host } from "../../server/protocol/entities.ts";
import type { ShownSchedule } from "../../server/protocol/schedule_rest.ts";
import { dateTimeField } from "../query.ts";
import type { CloneDialogProps, CloneTarget } from "./CloneDialog.tsx";
import type { PauseDialogProps } from "./PauseDialog.tsx";

type Framed = "csrf" | "back";

/** One of the questions, with what it shows. */
export type ScheduleQuestion =
  | { kind: "pause"; props: Omit<PauseDialogProps, Framed> }
  | { kind: "clone"; props: Omit<CloneDialogProps, Framed> }
  | { kind: "remove"; schedule: ShownSchedule; host_name: string };

export interface QuestionFacts {
  host: Host;
  schedules: ShownSchedule[];
  rights: { edit: boolean; pause: boolean };
  now_ms: number;
  errors: Record<string, string>;
}

export interface QuestionParts {
  /** The query of the page. */
  asked: URLSearchParams;
  /** What was typed, when the question comes back. */
  typed: FormData | undefined;
  survey: (q: string) => { matching: CloneTarget[]; problem?: string };
}

const TARGETS_SHOWN = 50;
const DAY_MS = 86_400_000;

/** What to ask, of those who may do it; undefined: nothing, or of what is not there any more. */
export function questionOf(
  facts: QuestionFacts,
  parts: QuestionParts,
): ScheduleQuestion | undefined {
  const { schedules, rights, host } = facts;
  const { asked } = parts;
  if (asked.has("pause")) return rights.pause ? pauseQuestion(facts, parts) : undefined;
  if (!rights.edit) return undefined;
  const wanted = schedules.find(({ id }) => id === (asked.get("remove") ?? asked.get("clone")));
  if (asked.has("remove")) {
    return wanted && { kind: "remove", schedule: wanted, host_name: host.name };
  }
  if (!asked.has("clone") || schedules.length === 0) return undefined;
  if (wanted === undefined && asked.get("clone") !== "all") return undefined;
  return cloneQuestion(facts, parts, wanted);
}

function pauseQuestion(
  { host, now_ms, errors }: QuestionFacts,
  { typed }: QuestionParts,
): ScheduleQuestion {
  const text = (name: string) => typed?.get(name)?.toString();
  const until_ms = host.paused === null ? now_ms + DAY_MS : Date.parse(host.paused.until);
  return {
    kind: "pause",
    props: {
      host,
      until: text("until") ?? dateTimeField(until_ms),
      reason: text("reason") ?? host.paused?.reason ?? "",
      errors,
      zone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
    },
  };
}

function cloneQuestion(
  { host, schedules, errors }: QuestionFacts,
  { asked, typed, survey }: QuestionParts,
  wanted: ShownSchedule | undefined,
): ScheduleQuestion {
  const q = asked.get("q") ?? "";
  const { matching, problem } = survey(q);
  const others = matching.filter(({ id }) => id !== host.id)
    .toSorted((a, b) => a.name < b.name ? -1 : 1);
  const chosen = new Set((typed?.getAll("host_ids") ?? []).map(String));
  if (typed?.get("all") === "on") chosen.add("all");
  return {
    kind: "clone",
    props: {
      what: wanted?.id ?? "all",
      schedule_name: wanted?.name,
      schedules: schedules.length,
      host_name: host.name,
      targets: others.slice(0, TARGETS_SHOWN),
      total: others.length,
      q,
      problem,
      chosen,
      error: Object.values(errors)[0],
    },
  };
}
