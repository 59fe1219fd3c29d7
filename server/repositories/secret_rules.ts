/** @module What the two secrets of a host have to be. Pure. */
import { AppError } from "../errors.ts";

/** @throws {AppError} invalid_field if the two secrets of a host are the same */
export function demandDifferent(
  rest_password: string | null | undefined,
  password: string | null | undefined,
  field: string,
): void {
  if (typeof rest_password !== "string" || rest_password !== password) return;
  throw new AppError("invalid_field", "The REST password and the repository password must differ", {
    field,
    hint: "Whoever runs the REST server must not be able to read the backups",
  });
}
