/** @module Forms that pages send. Their body was bounded before (body.ts). */
import type { Context } from "fresh";
import { AppError } from "../errors.ts";
import type { State } from "../state.ts";

/**
 * The form that was sent. Read from a copy, since the check of its token reads it as well.
 * @throws {AppError} bad_request if there is none
 */
export async function readForm(ctx: Context<State>): Promise<FormData> {
  if (ctx.req.body === null) return new FormData();
  try {
    return await ctx.req.clone().formData();
  } catch (error) {
    throw new AppError("bad_request", "The form is not understood", {
      hint: "Open the page again and repeat it there",
      cause: error,
    });
  }
}

export interface FormShape {
  /** Fields that hold one entry per line, as `backup_set.paths`. */
  lines?: readonly string[];
  /** Check boxes: true if sent, false if not. */
  checks?: readonly string[];
}

/**
 * A form as the nested object that a schema of protocol/rest.ts takes: `repository.url` becomes
 * `{repository: {url}}`. Empty fields are left out, `_csrf` and files too.
 */
export function toObject(form: FormData, shape: FormShape = {}): Record<string, unknown> {
  const flat = new Map<string, unknown>();
  for (const [name, value] of form) {
    if (typeof value === "string" && value !== "" && name !== "_csrf") flat.set(name, value);
  }
  for (const name of shape.lines ?? []) flat.set(name, linesOf(form.get(name)));
  for (const name of shape.checks ?? []) flat.set(name, form.has(name));
  const whole: Record<string, unknown> = {};
  for (const [name, value] of flat) put(whole, name.split("."), value);
  return whole;
}

/** The lines of a text area that are not blank. Spaces around stay: a path may begin or end so. */
function linesOf(value: unknown): string[] {
  if (typeof value !== "string") return [];
  return value.split(/\r\n|\n|\r/).filter((line) => line.trim() !== "");
}

function put(target: Record<string, unknown>, [name, ...rest]: string[], value: unknown): void {
  // Own properties only, so that a field called __proto__ is a field like any other.
  const define = (inner: unknown) =>
    Object.defineProperty(target, name!, {
      value: inner,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  if (rest.length === 0) {
    define(value);
    return;
  }
  const known = Object.hasOwn(target, name!) ? target[name!] : undefined;
  const inner = typeof known === "object" && known !== null ? known : {};
  put(inner as Record<string, unknown>, rest, value);
  define(inner);
}
