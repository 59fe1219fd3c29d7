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
