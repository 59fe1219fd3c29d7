/** @module Applying an agent's messages once. Reports count when they are committed, then are acknowledged. */
import type { Database } from "../db/database.ts";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { ReportKey } from "../protocol/agent_messages.ts";
import type { AgentRunsStore } from "./agent_runs_store.ts";
import { dispatch, type DispatchedMessage, type DispatchTargets } from "./dispatch.ts";
import type { RefusedReports, Sender } from "./refused_reports.ts";

export interface InboxDeps extends DispatchTargets {
  db: Database;
  clock: Clock;
  log: Log;
  runs: AgentRunsStore;
  refused: RefusedReports;
}

/** A report to acknowledge. */
export interface Taken {
  report: ReportKey;
  /** It was not applied, and never will be. */
  set_aside: boolean;
}

/**
 * Applies a message of a host and answers the report to acknowledge, if it is one. A duplicate is
 * acknowledged again and not applied. Throws what the noun threw: then nothing was changed, and the
 * caller must not go on reading, or the mark would rise past a report that was never applied. One
 * that fails again and again is set aside and acknowledged. `text` is the frame as it came.
 */
export function applyMessage(
  deps: InboxDeps,
  sender: Sender,
  { message, text }: { message: DispatchedMessage; text: string },
): Taken | undefined {
  const host_id = sender.host.id;
  if (!("report" in message)) {
    note(deps, host_id, { message, ours: dispatch(deps, host_id, message) });
    return undefined;
  }
  const { db, runs, clock } = deps;
  const { report } = message;
  try {
    db.transaction(() => {
      if (!runs.advance(host_id, report, clock.now_ms())) return;
      note(deps, host_id, { message, ours: dispatch(deps, host_id, message) });
    });
  } catch (error) {
    if (!deps.refused.failed(sender, message, { text, error })) throw error;
    return { report, set_aside: true };
  }
  return { report, set_aside: false };
}

/** A report about another host's job is acknowledged too, or it would come again for ever. */
function note(
  { log }: InboxDeps,
  host_id: string,
  { message, ours }: { message: DispatchedMessage; ours: boolean },
): void {
  if (!ours) log.warn("agent spoke of something not its own", { host_id, type: message.type });
}
