/** @module Whether what an agent sent fits a schema. */
import * as z from "zod";

/**
 * As `schema.safeParse`. zod compares a value's own `length` before it looks at its type, so that a
 * made-up object makes it throw: that is a value that does not fit, and no fault of the server.
 */
export function fit<T extends z.ZodType>(
  schema: T,
  value: unknown,
): z.ZodSafeParseResult<z.output<T>> {
  try {
    return schema.safeParse(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { success: false, error: new z.ZodError([]) as z.ZodError<z.output<T>> };
  }
}
