/** @module restic's JSON lines as lines of a log that a person reads (pure). */
import { LOG_LINE_MAX_CHARS } from "../../server/protocol/limits.ts";
import type { OutputEvent } from "./output.ts";

const CUT_MARK = " … [line cut]";

/** The log lines for one event; none for a status, which is progress. */
export function renderEvent(event: OutputEvent): string[] {
  switch (event.type) {
    case "status":
      return [];
    case "summary":
      return renderSummary(event);
    case "check_summary":
      return [event.error_count === 0 ? "no errors were found" : `${event.error_count} errors`];
    case "initialized":
      return [`repository ${event.repository_id.slice(0, 10)} was made`];
    case "error":
      // An error of a check is about no file.
      return event.item === ""
        ? event.message.split(/[\r\n]+/).filter((line) => line !== "")
        : [`error: ${event.item}: ${event.message}`];
    case "exit_error":
      return event.message.split(/[\r\n]+/).filter((line) => line !== "");
    case "path_missing":
      return [`${event.path} does not exist, skipping`];
    case "retry":
    case "other_json":
    case "text":
      return [event.text];
  }
}

/** A log line of bounded length, well-formed, marked where it was cut. */
export function clipLogLine(text: string): string {
  const well_formed = text.toWellFormed();
  if (well_formed.length <= LOG_LINE_MAX_CHARS) return well_formed;
  const kept = well_formed.slice(0, LOG_LINE_MAX_CHARS - CUT_MARK.length);
  return kept.toWellFormed() + CUT_MARK;
}

function renderSummary(
  { snapshot_id, stats }: Extract<OutputEvent, { type: "summary" }>,
): string[] {
  const lines = [
    `files: ${stats.files_new ?? 0} new, ${stats.files_changed ?? 0} changed, ` +
    `${stats.files_unmodified ?? 0} unmodified`,
    `processed ${stats.files_processed ?? 0} files, ${stats.bytes_processed ?? 0} bytes; ` +
    `added ${stats.bytes_added ?? 0} bytes` +
    (stats.bytes_stored === undefined ? "" : `, stored ${stats.bytes_stored} bytes`),
  ];
  if (snapshot_id !== undefined) lines.push(`snapshot ${snapshot_id} saved`);
  return lines;
}
