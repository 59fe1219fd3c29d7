/** @module What one run of restic has said, gathered for the classifier (pure, bounded memory). */
import type { JobStats } from "../../server/protocol/entities.ts";
import { saysNoErrors } from "./check_output.ts";
import type { OutputEvent } from "./output.ts";

const EXAMPLES_MAX = 20;
const ITEMS_MAX = 10_000;
const TAIL_LINES_MAX = 60;

export interface ItemError {
  item: string;
  message: string;
}

/** What a run said so far. Create with `noFindings`. */
export interface Findings {
  summary: { snapshot_id: string | undefined; dry_run: boolean; stats: JobStats } | undefined;
  repository_id: string | undefined;
  /** The first errors about single files, and how many different items there were. */
  item_errors: ItemError[];
  failed_items: Set<string>;
  missing_paths: string[];
  /** The last `exit_error`, from 0.18 on. */
  exit_message: string | undefined;
  /** The last lines of stderr that are neither JSON nor about one file of the host. */
  stderr_tail: string[];
  last_retry: string | undefined;
  /** What a check said at its end; `good` is its own word for it. */
  check: { good: boolean; error_count: number } | undefined;
  /** What restic advises to do about a damaged repository, in its own words. */
  advice: string[];
}

/** Nothing said yet. */
export function noFindings(): Findings {
  return {
    summary: undefined,
    repository_id: undefined,
    item_errors: [],
    failed_items: new Set(),
    missing_paths: [],
    exit_message: undefined,
    stderr_tail: [],
    last_retry: undefined,
    check: undefined,
    advice: [],
  };
}

/**
 * Adds one event to the findings, in place. Each kind counts only from the stream that restic uses
 * for it: a file name with line ends in it, printed on stderr, must not pass for a summary.
 */
export function gather(findings: Findings, stream: "stdout" | "stderr", event: OutputEvent): void {
  if (stream === "stdout") gatherStdout(findings, event);
  else gatherStderr(findings, event);
}

function gatherStdout(findings: Findings, event: OutputEvent): void {
  if (event.type === "summary") findings.summary = event;
  if (event.type === "initialized") findings.repository_id = event.repository_id;
  if (event.type === "check_summary") {
    const { error_count } = event;
    findings.check = { good: error_count === 0, error_count };
  }
  if (event.type === "text" && saysNoErrors(event.text)) {
    findings.check = { good: true, error_count: 0 };
  }
}

function gatherStderr(findings: Findings, event: OutputEvent): void {
  switch (event.type) {
    case "error":
      if (findings.item_errors.length < EXAMPLES_MAX) findings.item_errors.push(event);
      if (findings.failed_items.size < ITEMS_MAX) findings.failed_items.add(event.item);
      if (event.item === "") advise(findings, event.message);
      break;
    case "path_missing":
      if (findings.missing_paths.length < EXAMPLES_MAX) findings.missing_paths.push(event.path);
      break;
    case "exit_error":
      findings.exit_message = event.message;
      break;
    case "retry":
      findings.last_retry = event.text;
      break;
    case "text":
      findings.stderr_tail.push(event.text);
      if (findings.stderr_tail.length > TAIL_LINES_MAX) findings.stderr_tail.shift();
      advise(findings, event.text);
      break;
    case "status":
    case "summary":
    case "check_summary":
    case "initialized":
    case "other_json":
      break;
  }
}

const ADVICE = /^(The repository (index )?(is|contains) damaged|restic repair )/;
const ADVICE_LINES_MAX = 6;

/** The whole of a JSON message counts, in text each line comes alone. */
function advise(findings: Findings, said: string): void {
  for (const line of said.split("\n")) {
    if (ADVICE.test(line) && findings.advice.length < ADVICE_LINES_MAX) findings.advice.push(line);
  }
}
