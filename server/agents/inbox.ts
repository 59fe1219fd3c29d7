/**
 * @module Applying an agent's messages once. Reports count when they are committed, then are
 * acknowledged. Several may share a transaction: each is a part of it that fails alone.
 */
import type { Database } from "../db/database.ts";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { ReportKey } from "../protocol/agent_messages.ts";
import type { AgentRunsStore } from "./agent_runs_store.ts";
import { dispatch, type DispatchedMessage, type DispatchTargets, type Handed } from "./dispatch.ts";
import type { RefusedReports, Sender } from "./refused_reports.ts";

export interface InboxDeps extends DispatchTargets {
  db: Database;
  clock: Clock;
  log: Log;
  runs: AgentRunsStore;
  refused: RefusedReports;
}

/** What became of a message. */
export interface Taken {
  /** To acknowledge; undefined if it was no report. */
  report: ReportKey | undefined;
  /** It was not applied, and never will be. */
  set_aside: boolean;
  /** What was wrong with it, if it changed nothing for that. */
  violation: "not_its_own" | "too_many_rows" | undefined;
}

const VIOLATIONS: Record<Handed, Taken["violation"]> = {
  ...{ applied: undefined, unknown: undefined },
  ...{ foreign: "not_its_own", too_many: "too_many_rows" },
};

/**
 * Applies a message of a host. A duplicate is acknowledged again and not applied. Throws what the
 * noun threw: then nothing was changed, and the caller must not go on reading, or the mark would rise
 * past a report that was never applied. One that fails again and again is set aside and acknowledged;
 * so is one about another host's job, or it would come again for ever. What it answers holds once the
 * surrounding transaction is committed: acknowledge after that. `text` is the frame as it came.
 */
export function applyMessage(
  deps: InboxDeps,
  sender: Sender,
  { message, text }: { message: DispatchedMessage; text: string },
): Taken {
  const host_id = sender.host.id;
  const { db, runs, clock, log, refused } = deps;
  const report = "report" in message ? message.report : undefined;
  let handed: Handed = "applied";
  try {
    if (report === undefined) handed = db.part(() => dispatch(deps, host_id, message));
    else {
      db.part(() => {
        if (!runs.advance(host_id, report, clock.now_ms())) return;
        handed = dispatch(deps, host_id, message);
      });
    }
  } catch (error) {
    if (!("report" in message) || !refused.failed(sender, message, { text, error })) throw error;
    return { report, set_aside: true, violation: undefined };
  }
  if (handed === "unknown") {
    log.warn("agent spoke of a job that is not known", { host_id, type: message.type });
  }
  return { report, set_aside: false, violation: VIOLATIONS[handed] };
}
