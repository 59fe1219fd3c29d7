/** @module The words, icons and tones of every state (ui/DESIGN.md §3). One table; nothing else decides. */
import type { IconName } from "./Icon.tsx";

/** The colour family of a state; `data-s` in the markup. */
export type Tone = "ok" | "warn" | "stale" | "fail" | "run" | "idle";

export interface Word {
  label: string;
  icon: IconName;
  tone: Tone;
  /** Where a column is narrow. */
  short?: string;
}

/** Is the host backed up, how did the job go, can the agent be talked to: every kind of `Status`. */
export const WORDS = {
  good: { label: "Backed up", icon: "s-ok", tone: "ok" },
  gaps: { label: "Backed up, with gaps", short: "With gaps", icon: "s-warn", tone: "warn" },
  stale: { label: "Overdue", icon: "s-stale", tone: "stale" },
  failed: { label: "Failed", icon: "s-fail", tone: "fail" },
  never: { label: "Never backed up", short: "Never", icon: "s-never", tone: "stale" },
  paused: { label: "Paused", icon: "s-pause", tone: "idle" },
  queued: { label: "Queued", icon: "s-queued", tone: "idle" },
  dispatched: { label: "Dispatched", icon: "s-sent", tone: "idle" },
  running: { label: "Running", icon: "s-run", tone: "run" },
  succeeded: { label: "Succeeded", icon: "s-ok", tone: "ok" },
  warning: {
    label: "Finished with warnings",
    short: "With warnings",
    icon: "s-warn",
    tone: "warn",
  },
  cancelled: { label: "Cancelled", icon: "s-cancel", tone: "idle" },
  interrupted: { label: "Interrupted", icon: "s-broken", tone: "fail" },
  online: { label: "Online", icon: "s-online", tone: "ok" },
  degraded: { label: "Degraded", icon: "s-degraded", tone: "warn" },
  offline: { label: "Offline", icon: "s-offline", tone: "idle" },
  pending: { label: "Waiting for its agent", short: "No agent", icon: "s-queued", tone: "idle" },
  stalled: { label: "Stalled", icon: "s-stale", tone: "stale" },
} as const satisfies Record<string, Word>;

export type Kind = keyof typeof WORDS;

/** The word, icon and tone of a state. */
export function wordOf(kind: Kind): Word {
  return WORDS[kind];
}

/** What each kind of job is called. */
export const JOB_KINDS = {
  backup: "Backup",
  check: "Check",
  unlock: "Unlock",
  init: "Initialise repo",
} as const;
