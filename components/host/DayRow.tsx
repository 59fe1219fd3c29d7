/** @module The last 30 days of a host as links to the jobs of each day. */
import { dayKey, dayMonth, weekday } from "../days.ts";
import { stripLabel } from "../HeatStrip.tsx";
import { paths } from "../../server/protocol/paths.ts";

const WORDS: Record<string, string> = {
  o: "Backed up",
  w: "Backed up, with gaps or after a failure",
  f: "Failed",
  m: "Missed",
  r: "Running",
  d: "Due today",
  p: "Paused",
  n: "No backup",
};

const DAY_MS = 86_400_000;

export interface DayRowProps {
  /** Codes of `owfmrdpn`, oldest first, today last. */
  days: string;
  host_id: string;
  host_name: string;
  now_ms: number;
}

/** One bar a day. */
export function DayRow({ days, host_id, host_name, now_ms }: DayRowProps) {
  const at = (i: number) => now_ms - (days.length - 1 - i) * DAY_MS;
  const marks = [0, 7, 14, 21].filter((i) => i < days.length - 4);
  return (
    <div class="border-t border-line px-4 pt-3.5 pb-2.5">
      <ol class="days" aria-label={stripLabel(host_name, days)}>
        {[...days].map((code, i) => {
          const label = `${weekday(at(i))}: ${WORDS[code] ?? "No backup"}`;
          const day = dayKey(at(i));
          return (
            <li key={day} data-d={code} title={label}>
              <a
                href={`${paths.hostJobs(host_id)}?since=${day}&until=${day}`}
                aria-label={label}
              />
            </li>
          );
        })}
      </ol>
      <div class="xaxis xaxis-full" aria-hidden="true">
        {marks.map((i) => <span key={i}>{dayMonth(at(i))}</span>)}
        <span>Today</span>
      </div>
    </div>
  );
}
