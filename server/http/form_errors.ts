/** @module Turns what a form got wrong into words beside its fields, in place of an error page. */
import * as z from "zod";
import { AppError, toAppError } from "../errors.ts";

export interface Refusal {
  /** By field name; "" is about the form as a whole. */
  errors: Record<string, string>;
  status: number;
}

/** Runs what a form asks for. A mistake of the user comes back as a refusal; all else is thrown. */
export async function orRefusal<T>(
  work: () => T | Promise<T>,
): Promise<{ value: T; refusal?: undefined } | { refusal: Refusal }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof z.ZodError) {
      return { refusal: { status: 400, errors: fieldErrors(error) } };
    }
    const known = toAppError(error);
    if (known.status >= 500) throw error;
    return {
      refusal: { status: known.status, errors: { [known.field ?? ""]: sentence(known) } },
    };
  }
}

/** The first fault of each field. A fault inside a list names its line, or which tag it is. */
export function fieldErrors(error: z.ZodError): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const issue of error.issues) {
    const at = issue.path.findIndex((part) => typeof part === "number");
    const index = at < 0 ? undefined : Number(issue.path[at]);
    const field = (at < 0 ? issue.path : issue.path.slice(0, at)).join(".");
    const text = index === undefined
      ? capital(issue.message)
      : `${field.endsWith("tags") ? "Tag" : "Line"} ${index + 1}: ${issue.message}`;
    errors[field] ??= text;
  }
  return errors;
}

function sentence(error: AppError): string {
  return error.hint === undefined ? error.message : `${error.message}. ${error.hint}`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
