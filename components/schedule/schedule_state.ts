/** @module Where a host's schedules stand: in force, on their way, refused; and when they fire. Pure. */
import { CronSchedule } from "../../server/protocol/cron.ts";
import type { Host, Schedule } from "../../server/protocol/entities.ts";
import type { ShownSchedule } from "../../server/protocol/schedule_rest.ts";

export interface Drift {
  title: string;
  text: string;
}

/** What the host does not do yet, and why; undefined while it has all in force. */
export function driftOf(host: Host): Drift | undefined {
  const { schedule_version: wanted, applied_schedule_version: applied, schedule_refused } = host;
  if (host.status === "pending" || wanted === 0 || applied === wanted) return undefined;
  if (applied === null && host.schedule_count === 0) return undefined;
  const title = applied === null || applied === 0
    ? `The host does not have schedules v${wanted} yet.`
    : `The host still runs schedules v${applied}, v${wanted} is not applied.`;
  const goes_on = applied === null || applied === 0
    ? "Nothing runs by itself until then."
    : "The old schedules go on.";
  return { title, text: `${whyOf(host, schedule_refused)} ${goes_on}` };
}

function whyOf(host: Host, refused: string | null): string {
  if (refused !== null) {
    return `${refused.slice(0, 1).toUpperCase()}${refused.slice(1).replace(/\.?$/, "")}.`;
  }
  if (host.status === "offline") return "It is offline and gets them when it is back.";
  return host.applied_schedule_version === null
    ? "Its agent cannot keep schedules: update it."
    : "They are on their way.";
}

/** Whether the schedule's last change is in force on its host. */
export type Placement = "applied" | "new" | "changed";

/** Where a schedule stands. */
export function placementOf(schedule: Schedule, host: Host): Placement {
  const applied = host.applied_schedule_version ?? 0;
  if (applied >= schedule.changed_in_version) return "applied";
  return schedule.created_at === schedule.changed_at ? "new" : "changed";
}

/** Why a schedule cannot be started now, or null. */
export function runReason(schedule: Pick<Schedule, "backup_set">, host: Host): string | null {
  if (host.status === "pending") return "Its agent is not installed yet";
  if (host.repository_initialised_at === null) return "Its repository is not initialised yet";
  const set = schedule.backup_set ?? host.backup_set;
  return set.paths.length === 0 ? "The host's default backup set has no paths" : null;
}

export interface ComingRun {
  schedule: ShownSchedule;
  at_ms: number;
}

/** The next runs of some schedules of one host together, after its pause. */
export function comingRuns(
  schedules: ShownSchedule[],
  { from_ms, count }: { from_ms: number; count: number },
): ComingRun[] {
  return schedules.filter(({ enabled }) => enabled)
    .flatMap((schedule) =>
      new CronSchedule(schedule.cron, schedule.timezone).upcoming(from_ms, count)
        .map((at_ms) => ({ schedule, at_ms }))
    )
    .sort((a, b) => a.at_ms - b.at_ms)
    .slice(0, count);
}

/** When the first run after now, or after the host's pause, can be. */
export function firstMoment({ paused }: Pick<Host, "paused">, now_ms: number): number {
  return Math.max(now_ms, paused === null ? 0 : Date.parse(paused.until));
}

/** Which version of its schedules a host has, as "v5 of v7". */
export function versionWords(wanted: number, applied: number | null): string {
  if (wanted === 0) return "none";
  if (applied === null || applied === 0) return `none of v${wanted}`;
  return `v${applied} of v${wanted}`;
}
