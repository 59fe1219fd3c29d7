/** @module What is known of a repository by its last check, in words. Pure. */
import type { Repository } from "../../server/protocol/entities.ts";
import { ago } from "../format.ts";
import type { IconName } from "../Icon.tsx";
import { readDataText } from "../job/read_data.ts";
import type { Tone } from "../vocabulary.ts";

/** A repository that was not checked for so long says so. */
const CHECK_AFTER_DAYS = 7;

export interface CheckWords {
  tone: Tone;
  icon: IconName;
  title: string;
  text: string;
  job_id: string | null;
}

type Checked = Pick<
  Repository,
  "last_check_at" | "last_check_status" | "last_check_job_id" | "last_check_read_data"
>;

/** The sentence about the last check. */
export function checkWords(repository: Checked, now_ms: number): CheckWords {
  const { last_check_at, last_check_status, last_check_job_id: job_id } = repository;
  if (last_check_at === null || last_check_status === null) {
    return {
      ...{ tone: "stale", icon: "s-never", title: "Never checked.", job_id: null },
      text: "A check finds missing and damaged data before somebody needs it.",
    };
  }
  const at_ms = Date.parse(last_check_at);
  const when = ago(at_ms, now_ms);
  const scope = repository.last_check_read_data === null
    ? "structure only"
    : `with ${readDataText(repository.last_check_read_data)} read back`;
  if (last_check_status === "failed") {
    return {
      ...{ tone: "fail", icon: "s-fail", title: "Check failed: errors were found.", job_id },
      text: `${when}, ${scope}. ${untilWhen(repository)}`,
    };
  }
  const is_old = now_ms - at_ms > CHECK_AFTER_DAYS * 86_400_000;
  if (is_old) {
    return {
      ...{ tone: "stale", icon: "s-stale", title: "Not checked for over 7 days.", job_id },
      text: `No errors ${when}, ${scope}.`,
    };
  }
  return { tone: "ok", icon: "s-ok", title: "No errors.", text: `${when}, ${scope}.`, job_id };
}

function untilWhen({ last_check_read_data }: Checked): string {
  if (last_check_read_data === null) return "This stands until a check is good.";
  const same = last_check_read_data.how === "part" ? ", or the same part," : "";
  return `A check of the structure sees no flipped bits: this stands until one that reads all ` +
    `data${same} is good.`;
}
