/** @module The forms of a host's pages, as the requests that the REST interface knows. Pure. */
import { AppError } from "../errors.ts";
import type { Job } from "../protocol/entities.ts";
import { EditCredentialsRequest, EditHostRequest, StartJobRequest } from "../protocol/rest.ts";

type Fields = Pick<FormData, "get" | "has">;

/** The lines of a text field without blank ones. Spaces around stay: a path may begin or end so. */
export function linesOf(form: Fields, name: string): string[] {
  return textOf(form, name).split(/\r\n|\n|\r/).filter((line) => line.trim() !== "");
}

/** The words of a field separated by commas. */
export function wordsOf(form: Fields, name: string): string[] {
  return textOf(form, name).split(",").map((word) => word.trim()).filter(Boolean);
}

function textOf(form: Fields, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

/**
 * What "Run now", "Initialise repo" and "Retry" ask for. A retry repeats the kind and the limits of
 * `retried`, with the backup set as it is now. @throws {AppError} bad_request for another action
 */
export function startRequest(form: Fields, retried?: Job): StartJobRequest {
  const bandwidth = { ...retried?.bandwidth, ...bandwidthOf(form) };
  switch (form.get("action")) {
    case "init":
      return StartJobRequest.parse({ kind: "init" });
    case "run":
      return StartJobRequest.parse({ kind: "backup", bandwidth });
    case "retry":
      return StartJobRequest.parse({ kind: retried?.kind ?? "backup", bandwidth });
    default:
      throw new AppError("bad_request", "Say what to start: run, init or retry", {
        field: "action",
      });
  }
}

function bandwidthOf(form: Fields): Record<string, number> {
  const limits: Record<string, number> = {};
  for (const name of ["limit_upload_kib_per_second", "limit_download_kib_per_second"]) {
    const text = textOf(form, name).trim();
    if (text !== "") limits[name] = Number(text);
  }
  return limits;
}

/** What the settings form holds, before it is checked. A field that was not drawn is not changed. */
export function editInput(form: Fields) {
  return {
    ...(form.has("name") ? { name: textOf(form, "name") } : {}),
    ...(form.has("tags") ? { tags: wordsOf(form, "tags") } : {}),
    ...(form.has("goal_hours")
      ? { goal_seconds: Math.round(Number(textOf(form, "goal_hours")) * 3600) }
      : {}),
    ...(form.has("paths")
      ? {
        backup_set: {
          paths: linesOf(form, "paths"),
          excludes: linesOf(form, "excludes"),
          tags: wordsOf(form, "snapshot_tags"),
        },
      }
      : {}),
  };
}

/** The settings form checked: a request, or for each field of the form what is wrong with it. */
export function checkEdit(
  form: Fields,
): { request: EditHostRequest } | { errors: Record<string, string> } {
  const result = EditHostRequest.safeParse(editInput(form));
  if (result.success) return { request: result.data };
  const errors: Record<string, string> = {};
  for (const issue of result.error.issues) {
    errors[FIELD_NAMES[issue.path.slice(0, 2).join(".")] ?? String(issue.path[0])] ??= messageOf(
      issue.path,
      issue.message,
      form,
    );
  }
  return { errors };
}

const FIELD_NAMES: Record<string, string> = {
  "backup_set.paths": "paths",
  "backup_set.excludes": "excludes",
  "backup_set.tags": "snapshot_tags",
  goal_seconds: "goal_hours",
};

function messageOf(path: PropertyKey[], message: string, form: Fields): string {
  if (path[0] === "goal_seconds") return "Give a number of hours from 1 to 8,784";
  const at = path.at(-1);
  if (typeof at !== "number") return message;
  if (path[0] === "tags") return `"${wordsOf(form, "tags")[at]}": ${message}`;
  const entries = {
    paths: linesOf(form, "paths"),
    excludes: linesOf(form, "excludes"),
    tags: wordsOf(form, "snapshot_tags"),
  }[String(path[1])];
  return `"${entries?.[at]}": ${message}`;
}

/** The change of address or secrets: only fields that were filled in. @throws {ZodError} */
export function credentialsRequest(form: Fields): EditCredentialsRequest {
  const filled: Record<string, string> = {};
  for (const name of ["url", "rest_username", "rest_password", "password"]) {
    const text = textOf(form, name);
    if (text !== "") filled[name] = text;
  }
  if (Object.keys(filled).length === 0) {
    throw new AppError("bad_request", "Nothing was changed: the field was empty");
  }
  return EditCredentialsRequest.parse(filled);
}
