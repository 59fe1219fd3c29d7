/** @module The parameters of an address. */
import type { Context } from "fresh";
import type * as z from "zod";
import { AppError } from "../errors.ts";
import type { State } from "../state.ts";

/**
 * The query of a REST request, checked. A parameter that is not known is refused, and one that is
 * given twice: a filter with a slip would answer something else. @throws {AppError | z.ZodError}
 */
export function readQuery<T extends z.ZodObject>(ctx: Context<State>, schema: T): z.output<T> {
  const names = [...ctx.url.searchParams.keys()];
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined && Object.hasOwn(schema.shape, twice)) {
    throw new AppError("bad_query", `The parameter "${twice}" is given twice`, { field: twice });
  }
  return schema.strict().parse(Object.fromEntries(ctx.url.searchParams)) as z.output<T>;
}
