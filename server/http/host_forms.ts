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
 * What "Run now", "Initialise repo", "Check now", "Unlock" and "Retry" ask for. A retry repeats the kind and the limits of
 * `retried`, with the backup set as it is now. @throws {AppError} bad_request for another action
 */
export function startRequest(form: Fields, retried?: Job): StartJobRequest {
  const bandwidth = { ...retried?.bandwidth, ...bandwidthOf(form) };
  switch (form.get("action")) {
    case "init":
      return StartJobRequest.parse({ kind: "init" });
    case "run":
      return StartJobRequest.parse({ kind: "backup", bandwidth });
    case "check":
      return StartJobRequest.parse({ kind: "check", read_data: readDataOf(form) });
    case "unlock":
      return StartJobRequest.parse({ kind: "unlock" });
    case "retry":
      return StartJobRequest.parse({
        kind: retried?.kind ?? "backup",
        bandwidth,
        read_data: retried?.read_data ?? undefined,
      });
    default:
      throw new AppError("bad_request", "Say what to start: run, init, check, unlock or retry", {
        field: "action",
      });
  }
}

/** What the check form asks to read. The fields of other choices do not count. */
function readDataOf(form: Fields): unknown {
  const number = (name: string) => Number(textOf(form, name).trim() || NaN);
  switch (textOf(form, "read")) {
    case "":
    case "structure":
      return undefined;
    case "all":
      return { how: "all" };
    case "percent":
      return { how: "percent", percent: number("percent") };
    case "part":
      return { how: "part", part: number("part"), of: number("of") };
    case "size":
      return { how: "size", mib: number("mib") };
    default:
      throw new AppError("bad_request", "Say what to read: structure, percent, part, size or all", {
        field: "read",
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

/** What the settings form asks for. A field that was not drawn is not changed. @throws {ZodError} */
export function editRequest(form: Fields): EditHostRequest {
  return EditHostRequest.parse({
    ...(form.has("name") ? { name: textOf(form, "name") } : {}),
    ...(form.has("tags") ? { tags: wordsOf(form, "tags") } : {}),
    ...(form.has("goal_hours")
      ? { goal_seconds: Math.round(Number(textOf(form, "goal_hours")) * 3600) }
      : {}),
    ...(form.has("cert_pins.0")
      ? {
        cert_pins: ["cert_pins.0", "cert_pins.1"].map((name) => textOf(form, name).trim())
          .filter(Boolean),
      }
      : {}),
    ...(form.has("backup_set.paths")
      ? {
        backup_set: {
          paths: linesOf(form, "backup_set.paths"),
          excludes: linesOf(form, "backup_set.excludes"),
          tags: wordsOf(form, "backup_set.tags"),
        },
      }
      : {}),
  });
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
