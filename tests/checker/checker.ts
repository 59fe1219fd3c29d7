/** @module All rules over one history. */
import { chainHolds, everyStartAudited } from "./audit_rules.ts";
import type { Finding, History, Rule } from "./history.ts";
import { allowedSteps, endsOnce, ranOnce } from "./job_rules.ts";
import { acknowledgedOnce, keepsAcknowledged, numbersLogs } from "./report_rules.ts";
import { claimsNothingFalse, hasSnapshots, listsExisting } from "./snapshot_rules.ts";

const RULES: Record<string, Rule> = {
  "every job ends once": endsOnce,
  "no step that is not allowed": allowedSteps,
  "nothing runs twice": ranOnce,
  "nothing acknowledged is missing": keepsAcknowledged,
  "a report stands for one thing": acknowledgedOnce,
  "logs are numbered": numbersLogs,
  "success has its snapshot": hasSnapshots,
  "listed snapshots exist": listsExisting,
  "no false green": claimsNothingFalse,
  "the audit chain holds": chainHolds,
  "every start is audited": everyStartAudited,
};

/** Everything that must not be, by the rule that says so; empty if all is well. */
export function judge(history: History): Finding[] {
  return Object.entries(RULES).flatMap(([rule, find]) =>
    [...find(history)].map((what) => ({ rule, what }))
  );
}
