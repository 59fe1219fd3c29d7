/** @module Whether an agent can be talked to, and what is wrong with it. Pure. */
import type { AgentState } from "../protocol/entities.ts";
import { OFFLINE_AFTER_SECONDS } from "../protocol/limits.ts";
import type { ScheduleFacts } from "./host_schedules_store.ts";
import { RESTIC_FLOOR, SOFTWARE_VERSION } from "../protocol/version.ts";

/** A clock further off than this makes a host degraded, in milliseconds. */
const CLOCK_SKEW_MAX_MS = 60_000;

/** An agent has applied new schedules within this time, in milliseconds. */
const SCHEDULES_APPLIED_MS = 30_000;

export interface AgentFacts {
  enrolled_at_ms: number | null;
  connected: boolean;
  last_seen_at_ms: number | null;
  agent_version: string | null;
  restic_version: string | null;
  restic_error: string | null;
  /** Agent's clock minus the server's. */
  clock_skew_ms: number | null;
  config_version: number;
  applied_config_version: number;
  /** What the agent says is wrong with itself. */
  problems: string[];
}

export interface Liveness {
  status: AgentState;
  /** Sentences for the host page; empty unless degraded. */
  degraded_reasons: string[];
}

/** The agent's state at `now_ms`. */
export function livenessOf(
  facts: AgentFacts & { schedules: ScheduleFacts },
  now_ms: number,
): Liveness {
  if (facts.enrolled_at_ms === null) return { status: "pending", degraded_reasons: [] };
  const heard_at_ms = facts.last_seen_at_ms ?? facts.enrolled_at_ms;
  // Heard of in the future: the server's clock was set back, and nobody knows for how long it is.
  const silent_ms = Math.abs(now_ms - heard_at_ms);
  if (!facts.connected && silent_ms > OFFLINE_AFTER_SECONDS * 1000) {
    return { status: "offline", degraded_reasons: [] };
  }
  const degraded_reasons = reasonsOf(facts);
  const drift = facts.agent_version === null ? undefined : driftOf(facts.schedules, now_ms);
  if (drift !== undefined) degraded_reasons.push(drift);
  return { status: degraded_reasons.length === 0 ? "online" : "degraded", degraded_reasons };
}

/**
 * The state with what is odd about the agent besides. One that knocks and is refused for its
 * protocol is not offline: somebody can repair it.
 */
export function withNotices(
  { status, degraded_reasons }: Liveness,
  { told, is_knocking }: { told: string[]; is_knocking: boolean },
): Liveness {
  const is_there = status === "online" || status === "degraded" ||
    (status === "offline" && is_knocking);
  if (!is_there || told.length === 0) return { status, degraded_reasons };
  return { status: "degraded", degraded_reasons: [...told, ...degraded_reasons] };
}

function reasonsOf(facts: AgentFacts): string[] {
  // An agent that never said hello has told nothing yet.
  if (facts.agent_version === null) return [];
  const reasons = [...facts.problems];
  if (facts.restic_version === null) {
    reasons.push(facts.restic_error ?? "restic was not found on the host");
  } else if (compareVersions(facts.restic_version, RESTIC_FLOOR) < 0) {
    reasons.push(`restic ${facts.restic_version} is older than ${RESTIC_FLOOR}: update it`);
  }
  if (compareVersions(facts.agent_version, SOFTWARE_VERSION) < 0) {
    reasons.push(
      `The agent ${facts.agent_version} is older than the server ${SOFTWARE_VERSION}: ` +
        "run the installer on the host again",
    );
  }
  const skew_ms = facts.clock_skew_ms ?? 0;
  if (Math.abs(skew_ms) > CLOCK_SKEW_MAX_MS) {
    const direction = skew_ms > 0 ? "ahead of" : "behind";
    reasons.push(
      `The host's clock is ${spanOf(Math.abs(skew_ms))} ${direction} the server's: ` +
        "turn on time synchronisation there",
    );
  }
  if (facts.applied_config_version < facts.config_version) {
    reasons.push("The newest repository settings are not applied yet");
  }
  return reasons;
}

/** What is wrong if the host runs other schedules than it should. */
function driftOf(facts: ScheduleFacts, now_ms: number): string | undefined {
  const { schedule_version: wanted, applied_schedule_version: applied } = facts;
  const { schedule_refused: refused } = facts;
  if (applied === wanted) return undefined;
  if (applied === null) {
    return facts.schedule_count === 0
      ? undefined
      : "The agent cannot keep schedules: run the installer on the host again";
  }
  if (refused !== null) {
    return `The host still runs schedules v${applied}, v${wanted} is not applied: ${refused}`;
  }
  const since_ms = Math.max(facts.schedules_changed_at_ms ?? 0, facts.connected_at_ms ?? 0);
  // A time in the future: the server's clock was set back, and nobody knows for how long it is.
  if (Math.abs(now_ms - since_ms) <= SCHEDULES_APPLIED_MS) return undefined;
  return `The host still runs schedules v${applied}, v${wanted} is not applied yet`;
}

/** Rounded, in the largest unit that leaves at least two. */
function spanOf(ms: number): string {
  const units: [number, string][] = [[86_400_000, "d"], [3_600_000, "h"], [60_000, "min"]];
  const [size, unit] = units.find(([size]) => ms >= 2 * size) ?? [1000, "s"];
  return `${Math.round(ms / size)} ${unit}`;
}

/** Below zero if `a` is older than `b`. Reads the leading numbers; text that is none counts as 0. */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbersOf(version: string): number[] {
  return (/\d+(\.\d+)*/.exec(version)?.[0] ?? "0").split(".").map(Number);
}
