/** @module The words for an outcome (pure): what happened, and what it means for the data. */
import type { ErrorClass } from "../../server/protocol/entities.ts";
import type { Ending } from "./classify.ts";
import type { OperationName } from "./command.ts";
import type { Findings } from "./findings.ts";

const QUOTE_MAX_CHARS = 300;

const NOTHING_DONE: Record<OperationName, string> = {
  "backup": "Nothing was backed up; earlier snapshots are unchanged.",
  "init": "No repository was made.",
  "check": "The repository was not checked.",
  "snapshots": "The list of snapshots was not read.",
  "stats": "The repository's figures were not read.",
  "cat config": "The repository was not opened.",
  "list locks": "The repository's locks were not read.",
  "cat lock": "The repository's locks were not read.",
  "unlock": "The repository's locks are unchanged.",
};

/** One or two sentences about an outcome that is no plain success. */
export function sentence(error_class: ErrorClass, ending: Ending): string {
  switch (error_class) {
    case "path_missing":
    case "files_unreadable":
      return gaps(ending.findings);
    case "cancelled":
      return cancelled(ending);
    case "bad_output":
      return ending.operation === "backup"
        ? "restic ended without naming a snapshot, so this backup cannot be trusted."
        : `restic's answer could not be read. ${NOTHING_DONE[ending.operation]}`;
    case "repository_damaged":
      return damaged(ending);
    default:
      return `${whatHappened(error_class, ending)} ${NOTHING_DONE[ending.operation]}`;
  }
}

function whatHappened(error_class: ErrorClass, ending: Ending): string {
  switch (error_class) {
    case "repository_missing":
      return "There is no repository at this address.";
    case "repository_exists":
      return "A repository exists at this address already; it was left as it is.";
    case "wrong_password":
      return "The encryption password is wrong.";
    case "repository_locked":
      return `The repository is locked by another restic${lockOwner(ending.findings)}.`;
    case "http_unauthorized":
      return "The storage server refused the user name or password (HTTP 401).";
    case "append_only_refusal":
      return "The storage server refused the change (HTTP 403): it is append-only for this host.";
    case "no_space":
      return "There is no space left, on the storage or in this host's temporary folder.";
    case "all_paths_missing":
      return "None of the paths exists on this host.";
    case "network":
      return `The storage server could not be reached${quote(lastWords(ending.findings), ": ")}.`;
    case "deadline":
      return `The repository did not answer within ${ending.deadline_seconds} s.`;
    case "restic_crashed":
      return crashed(ending);
    default:
      return `restic ended with exit code ${ending.exit_code}${
        quote(lastWords(ending.findings), ": ")
      }.`;
  }
}

/** What is damaged, and what restic itself says to do. */
function damaged({ operation, findings }: Ending): string {
  if (operation !== "check") {
    return `restic found damaged data in the repository. ${NOTHING_DONE[operation]}`;
  }
  const first = findings.stderr_tail.find(isError) ??
    findings.item_errors.find(({ item }) => item === "")?.message.trim();
  const what = `The check found errors in the repository${quote(first ?? "", ": ")}.`;
  return findings.advice.length === 0
    ? what
    : `${what} restic says: ${findings.advice.map(asAdvice).join(" ")}`;
}

function asAdvice(line: string): string {
  const text = clip(line.trim());
  return text.startsWith("restic ") ? `"${text}"` : text;
}

function isError(line: string): boolean {
  return line !== "" && !line.startsWith("Fatal: ");
}

function crashed(ending: Ending): string {
  if (ending.signal !== null) return `restic was killed by ${ending.signal}, not by the agent.`;
  if (ending.exit_code === 130) return "restic was interrupted, not by the agent.";
  return `restic crashed (exit code ${ending.exit_code})${
    quote(lastWords(ending.findings), ": ")
  }.`;
}

function cancelled({ operation, findings }: Ending): string {
  if (operation !== "backup") return "Cancelled.";
  const id = findings.summary?.snapshot_id;
  return id === undefined
    ? "Cancelled before a snapshot was saved; earlier snapshots are unchanged."
    : `The cancel came too late: snapshot ${id.slice(0, 8)} was saved.`;
}

function gaps(findings: Findings): string {
  const { missing_paths, failed_items, item_errors } = findings;
  const parts: string[] = [];
  if (missing_paths.length > 0) {
    const names = missing_paths.slice(0, 3).map((path) => clip(path)).join(", ");
    const more = missing_paths.length > 3 ? ` and ${missing_paths.length - 3} more` : "";
    const verb = missing_paths.length === 1 ? "does" : "do";
    parts.push(`${names}${more} ${verb} not exist on this host.`);
  }
  if (failed_items.size > 0) {
    const what = failed_items.size === 1
      ? "1 file or folder"
      : `${failed_items.size} files or folders`;
    const first = item_errors[0];
    const example = first === undefined
      ? ""
      : ` (first: ${clip(`${first.item}: ${first.message}`)})`;
    parts.push(`${what} could not be read${example}.`);
  }
  if (parts.length === 0) parts.push("At least one file could not be read.");
  return `${parts.join(" ")} A snapshot of everything else was saved.`;
}

function lockOwner(findings: Findings): string {
  const said = [findings.exit_message ?? "", ...findings.stderr_tail].join("\n");
  const owner = /already locked(?: exclusively)? by PID (\d{1,10}) on (\S{1,100})/.exec(said);
  if (owner === null) return "";
  const since = /lock was created at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)/.exec(said);
  const time = since === null ? "" : `, since ${since[1]} by this host's clock`;
  return ` (process ${owner[1]} on ${owner[2]}${time})`;
}

/** restic's reason: its last error without the stack that may follow, else stderr's last line. */
function lastWords(findings: Findings): string {
  const message = firstSentence(findings.exit_message ?? "") || fatalLine(findings) ||
    findings.stderr_tail.at(-1) || findings.last_retry || "";
  return message.replace(/^(Fatal: )+/, "").replace(/[.\s]+$/, "");
}

/** The first line, and the second where the first only announces it. */
function firstSentence(message: string): string {
  const [first = "", second = ""] = message.split("\n", 2);
  return first.endsWith(":") ? `${first} ${second}`.trim() : first;
}

function fatalLine(findings: Findings): string | undefined {
  return findings.stderr_tail.findLast((line) => line.startsWith("Fatal: "));
}

function quote(text: string, before: string): string {
  return text === "" ? "" : before + clip(text);
}

function clip(text: string): string {
  const well_formed = text.toWellFormed();
  return well_formed.length <= QUOTE_MAX_CHARS
    ? well_formed
    : `${well_formed.slice(0, QUOTE_MAX_CHARS).toWellFormed()}…`;
}
