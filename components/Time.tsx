/** @module Moments: relative in the text, absolute in the tooltip, machine-readable always. */
import { absolute, ago, ahead, clockTime } from "./format.ts";

export interface TimeProps {
  /** ISO 8601 or milliseconds; null shows `none`. */
  at: string | number | null;
  now_ms: number;
  /** `clock` shows 09:40:43 in place of "8 s ago". */
  as?: "ago" | "clock" | "absolute";
  /** What stands where there is no moment. */
  none?: string;
}

/** A moment as people say it. */
export function Time({ at, now_ms, as = "ago", none = "never" }: TimeProps) {
  if (at === null) return <span class="faint">{none}</span>;
  const at_ms = typeof at === "number" ? at : Date.parse(at);
  const text = as === "clock"
    ? clockTime(at_ms)
    : as === "absolute"
    ? absolute(at_ms)
    : at_ms > now_ms + 1000
    ? ahead(at_ms, now_ms)
    : ago(at_ms, now_ms);
  return <time dateTime={new Date(at_ms).toISOString()} title={absolute(at_ms)}>{text}</time>;
}
