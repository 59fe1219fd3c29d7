/** @module The parameters of an address. */
import type { Context } from "fresh";
import type * as z from "zod";
import type { State } from "../state.ts";

/**
 * The query of a REST request, checked. A parameter that is not known is refused: a filter with a
 * slip in its name would answer everything. @throws {z.ZodError}
 */
export function readQuery<T extends z.ZodObject>(ctx: Context<State>, schema: T): z.output<T> {
  return schema.strict().parse(Object.fromEntries(ctx.url.searchParams)) as z.output<T>;
}
