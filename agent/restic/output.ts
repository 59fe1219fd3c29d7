/** @module One line of restic's output to an event (pure), for every version from 0.14 on. */
import type { JobStats } from "../../server/protocol/entities.ts";

/** A reading of restic's progress. What restic leaves out is 0. */
export interface Status {
  percent_done: number;
  files_done: number;
  total_files: number;
  bytes_done: number;
  total_bytes: number;
  error_count: number;
  seconds_remaining: number | null;
  current_files: string[];
}

export type OutputEvent =
  | { type: "status"; status: Status }
  | { type: "summary"; snapshot_id: string | undefined; dry_run: boolean; stats: JobStats }
  | { type: "check_summary"; error_count: number }
  | { type: "initialized"; repository_id: string }
  | { type: "error"; item: string; message: string }
  | { type: "exit_error"; message: string }
  | { type: "path_missing"; path: string }
  | { type: "retry"; text: string }
  | { type: "other_json"; text: string }
  | { type: "text"; text: string };

type Fields = Record<string, unknown>;

const MISSING = /^(.*) does not exist, skipping$/s;
const RETRY = /^\S.*returned error, retrying after /;

/** Reads one line. Never throws; a line that it does not know is text. */
export function parseLine(line: string): OutputEvent {
  const fields = parseObject(line);
  if (fields === undefined) return parseText(line);
  switch (fields["message_type"]) {
    case "status":
      // Up to 0.15, `-v` says "scan_finished" in a status: it is no progress.
      if (fields["action"] !== undefined) return { type: "other_json", text: line };
      return { type: "status", status: parseStatus(fields) };
    case "summary":
      return fields["num_errors"] === undefined
        ? parseSummary(fields)
        // What is no number is no good news.
        : { type: "check_summary", error_count: count(fields["num_errors"]) ?? 1 };
    case "initialized":
      return { type: "initialized", repository_id: text(fields["id"]) };
    case "error":
      return { type: "error", item: text(fields["item"]), message: errorMessage(fields) };
    case "exit_error":
      return { type: "exit_error", message: text(fields["message"]) };
    default:
      return { type: "other_json", text: line };
  }
}

/** The object in a line of JSON, or undefined. */
export function parseObject(line: string): Fields | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? value as Fields : undefined;
  } catch {
    // Half a line, or a text that begins with a brace.
    return undefined;
  }
}

/** A whole number from restic's JSON; undefined when absent, negative or beyond 2^53. */
export function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function parseText(line: string): OutputEvent {
  const missing = MISSING.exec(line)?.[1];
  if (missing !== undefined) return { type: "path_missing", path: missing };
  if (RETRY.test(line)) return { type: "retry", text: line };
  return { type: "text", text: line };
}

function parseStatus(fields: Fields): Status {
  const percent = fields["percent_done"];
  const files = fields["current_files"];
  return {
    percent_done: typeof percent === "number" ? Math.min(1, Math.max(0, percent)) : 0,
    files_done: count(fields["files_done"]) ?? 0,
    total_files: count(fields["total_files"]) ?? 0,
    bytes_done: count(fields["bytes_done"]) ?? 0,
    total_bytes: count(fields["total_bytes"]) ?? 0,
    error_count: count(fields["error_count"]) ?? 0,
    seconds_remaining: count(fields["seconds_remaining"]) ?? null,
    current_files: Array.isArray(files) ? files.filter((file) => typeof file === "string") : [],
  };
}

const SUMMARY_FIELDS = {
  files_new: "files_new",
  files_changed: "files_changed",
  files_unmodified: "files_unmodified",
  total_files_processed: "files_processed",
  total_bytes_processed: "bytes_processed",
  data_added: "bytes_added",
  data_added_packed: "bytes_stored",
} as const satisfies Record<string, keyof JobStats>;

function parseSummary(fields: Fields): OutputEvent {
  const stats: JobStats = {};
  for (const [theirs, ours] of Object.entries(SUMMARY_FIELDS)) {
    const value = count(fields[theirs]);
    if (value !== undefined) stats[ours] = value;
  }
  const duration = fields["total_duration"];
  if (typeof duration === "number" && duration >= 0) stats.duration_seconds = duration;
  const id = fields["snapshot_id"];
  const snapshot_id = typeof id === "string" && /^[0-9a-f]{8,64}$/.test(id) ? id : undefined;
  if (snapshot_id !== undefined) stats.snapshot_id = snapshot_id;
  return { type: "summary", snapshot_id, dry_run: fields["dry_run"] === true, stats };
}

/** Up to 0.17.0 the error is a raw Go value, often empty; later it has a message. */
function errorMessage(fields: Fields): string {
  const error = fields["error"];
  if (typeof error === "object" && error !== null) {
    const message = (error as Fields)["message"];
    if (typeof message === "string") return message;
    const operation = (error as Fields)["Op"];
    if (typeof operation === "string") return `could not ${operation}`;
  }
  return text(fields["message"]) || "could not be read";
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
