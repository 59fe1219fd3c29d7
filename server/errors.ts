/**
 * @module The error catalogue and the only mapping from an error to an answer. Everything a user can
 * be told has a code here; anything else becomes `internal` and is logged under its request id.
 */
import type * as z from "zod";
import { resultCodeOf, storageFaultOf } from "./db/storage_fault.ts";
import type { ErrorBody } from "./protocol/rest.ts";

const CATALOGUE = {
  bad_request: 400,
  invalid_field: 400,
  bad_query: 400,
  unknown_field: 400,
  password_too_short: 400,
  password_common: 400,
  wrong_password: 400,
  bad_cron: 400,
  bad_timezone: 400,
  never_fires: 400,
  too_frequent: 400,
  schedules_too_many: 400,
  schedules_too_large: 400,
  unauthenticated: 401,
  not_set_up: 403,
  bad_credentials: 401,
  bad_token: 401,
  forbidden: 403,
  csrf: 403,
  bad_setup_code: 403,
  not_found: 404,
  method_not_allowed: 405,
  name_taken: 409,
  already_set_up: 409,
  job_finished: 409,
  not_enrolled: 409,
  no_paths: 409,
  not_initialised: 409,
  already_initialised: 409,
  too_large: 413,
  unsupported_media: 415,
  misdirected: 421,
  protocol_too_old: 426,
  protocol_too_new: 426,
  rate_limited: 429,
  internal: 500,
  storage_full: 507,
  storage_failed: 503,
  busy: 503,
  shutting_down: 503,
} as const;

export type ErrorCode = keyof typeof CATALOGUE;

export interface ErrorDetails {
  /** The field of the request that is wrong, as `repository.url`. */
  field?: string;
  /** What to do about it, one sentence. */
  hint?: string;
  /** Seconds after which to try again; becomes Retry-After. */
  retry_after_seconds?: number;
  cause?: unknown;
}

/** An error whose message is written for the user. Never put a secret or foreign text into it. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly field: string | undefined;
  readonly hint: string | undefined;
  readonly retry_after_seconds: number | undefined;
  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "AppError";
    this.code = code;
    this.status = CATALOGUE[code];
    this.field = details.field;
    this.hint = details.hint;
    this.retry_after_seconds = details.retry_after_seconds;
  }
}

/** Any thrown value as an AppError. Zod's first issue names its field; the unknown becomes internal. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isZodError(error)) {
    const issue = error.issues[0]!;
    if (issue.code === "unrecognized_keys") {
      return unknownField(issue.path, issue.keys[0]!, error);
    }
    const field = issue.path.join(".");
    const what = field === "" ? "The request" : `Field "${field}"`;
    return new AppError("invalid_field", `${what}: ${issue.message}`, { field, cause: error });
  }
  const full = storageFault(error);
  if (full !== undefined) return full;
  return new AppError("internal", "The server could not do this. The log has the reason", {
    hint: "Give the request id to whoever reads the server's log",
    cause: error,
  });
}

/** A name that nobody would give to a field is not repeated: it may be a password, put in by mistake. */
function unknownField(path: PropertyKey[], key: string, cause: z.ZodError): AppError {
  if (!/^[a-z][a-z0-9_]{0,40}$/i.test(key)) {
    return new AppError("unknown_field", "The request has a field that is not known here", {
      field: path.join("."),
      cause,
    });
  }
  const field = [...path, key].join(".");
  return new AppError("unknown_field", `There is no field "${field}" here`, { field, cause });
}

/** By its shape, so that pages' components can use this file without carrying zod to the browser. */
function isZodError(error: unknown): error is z.ZodError {
  return error instanceof Error && error.name === "ZodError" && "issues" in error;
}

/** What SQLite says that an operator can do something about. */
function storageFault(cause: unknown): AppError | undefined {
  if (resultCodeOf(cause) === 5) { // SQLITE_BUSY
    return new AppError("busy", "The database is busy", {
      hint: "Try again in a few seconds",
      retry_after_seconds: 5,
      cause,
    });
  }
  switch (storageFaultOf(cause)) {
    case "full":
      return new AppError("storage_full", "The server's disk is full: nothing was changed", {
        hint: "Free some space where the server keeps its data",
        cause,
      });
    case "broken":
      return new AppError(
        "storage_failed",
        "The server's disk takes no writes: nothing was changed",
        {
          hint: "The server's log has the reason",
          cause,
        },
      );
    case undefined:
      return undefined;
  }
}

/** The body of an error over REST. */
export function errorBody(error: AppError, request_id: string): ErrorBody {
  return {
    code: error.code,
    message: error.message,
    ...(error.field === undefined ? {} : { field: error.field }),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    request_id,
  };
}
