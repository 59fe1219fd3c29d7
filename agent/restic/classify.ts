/**
 * @module From an exit code and what restic said to one outcome (pure). The order and the patterns
 * hold for restic 0.14 to 0.19; an exit code that nobody knows is a failure.
 */
import type { ErrorClass } from "../../server/protocol/entities.ts";
import type { OperationName } from "./command.ts";
import type { Findings } from "./findings.ts";
import { sentence } from "./sentences.ts";

/** How a run of restic ended. */
export interface Ending {
  operation: OperationName;
  /** null if it died of a signal. */
  exit_code: number | null;
  signal: string | null;
  /** Somebody asked for the cancel, and restic was told. */
  cancel_requested: boolean;
  /** The repository did not answer in time, and restic was stopped for it. */
  deadline_seconds: number | null;
  findings: Findings;
}

export interface Classification {
  status: "succeeded" | "warning" | "failed" | "cancelled";
  error_class: ErrorClass | null;
  error: string | null;
}

/** Decides what an ended run means. */
export function classify(ending: Ending): Classification {
  if (ending.cancel_requested) return conclude("cancelled", "cancelled", ending);
  if (ending.deadline_seconds !== null) return conclude("failed", "deadline", ending);
  if (ending.signal !== null || ending.exit_code === null) {
    return conclude("failed", "restic_crashed", ending);
  }
  if (ending.exit_code === 0) return classifySuccess(ending);
  if (ending.exit_code === 3 && ending.operation === "backup") return classifyPartial(ending);
  return conclude("failed", classOfFailure(ending.exit_code, ending.findings), ending);
}

function classifySuccess(ending: Ending): Classification {
  const { findings, operation } = ending;
  if (operation === "check") {
    if (findings.check === undefined) return conclude("failed", "bad_output", ending);
    if (!findings.check.good) return conclude("failed", "repository_damaged", ending);
  }
  if (operation !== "backup") return { status: "succeeded", error_class: null, error: null };
  if (!hasSnapshot(findings)) return conclude("failed", "bad_output", ending);
  // restic up to 0.18 exits 0 although a path is missing: that is no success.
  const gap = classOfGap(findings);
  if (gap !== undefined) return conclude("warning", gap, ending);
  return { status: "succeeded", error_class: null, error: null };
}

function classifyPartial(ending: Ending): Classification {
  if (!hasSnapshot(ending.findings)) return conclude("failed", "bad_output", ending);
  return conclude("warning", classOfGap(ending.findings) ?? "files_unreadable", ending);
}

function hasSnapshot({ summary }: Findings): boolean {
  return summary?.snapshot_id !== undefined && !summary.dry_run;
}

/** A whole path that is missing weighs more than single files that could not be read. */
function classOfGap(findings: Findings): ErrorClass | undefined {
  if (findings.missing_paths.length > 0) return "path_missing";
  return findings.failed_items.size > 0 ? "files_unreadable" : undefined;
}

const EXIT_CODES = new Map<number, ErrorClass>([
  [2, "restic_crashed"],
  [10, "repository_missing"],
  [11, "repository_locked"],
  [12, "wrong_password"],
]);

/** First match wins: a dead server also says "Is there a repository", a full one also "failed". */
const PATTERNS: readonly (readonly [ErrorClass, RegExp])[] = [
  ["repository_locked", /repository is already locked( exclusively)? by/],
  ["wrong_password", /wrong password or no key found/],
  ["http_unauthorized", /unexpected HTTP response \(401\)/],
  ["append_only_refusal", /unexpected HTTP response \(403\)|server response: 403 Forbidden/],
  ["no_space", /\(507\)|no space left on device|disk quota exceeded|not enough space on the disk/],
  [
    "repository_missing",
    /unable to open config file: (<config\/> does not exist|stat .*(no such file|cannot find))/,
  ],
  ["repository_exists", /config file already exists/],
  ["all_paths_missing", /all (target|source) directories\/files do not exist/],
  [
    "repository_damaged",
    /repository contains errors|ciphertext verification failed|invalid data returned|LoadIndex returned errors|The repository (index )?(is|contains) damaged/,
  ],
  [
    "network",
    /failed to refresh lock|dial tcp|connection refused|no such host|i\/o timeout|connection reset|TLS handshake|tls: |x509:|server misbehaving|unexpected EOF|context deadline exceeded|unexpected HTTP response \(5\d\d\)/,
  ],
];

function classOfFailure(exit_code: number, findings: Findings): ErrorClass {
  const known = EXIT_CODES.get(exit_code);
  if (known !== undefined) return known;
  const said = [findings.exit_message ?? "", ...findings.stderr_tail].join("\n");
  return match(said) ?? (exit_code === 130 ? "restic_crashed" : "unknown");
}

function match(said: string): ErrorClass | undefined {
  return PATTERNS.find(([, pattern]) => pattern.test(said))?.[0];
}

function conclude(
  status: Exclude<Classification["status"], "succeeded">,
  error_class: ErrorClass,
  ending: Ending,
): Classification {
  return { status, error_class, error: sentence(error_class, ending) };
}
