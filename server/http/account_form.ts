/** @module From the password form to the request that changes it. Pure. */
import { ChangePasswordRequest } from "../protocol/rest.ts";
import * as z from "zod";

const ChangePasswordForm = ChangePasswordRequest.extend({
  password_again: z.string().max(1024),
}).refine((form) => form.password === form.password_again, {
  path: ["password_again"],
  message: "This is not the new password typed beside it",
});

/** The checked request. @throws {z.ZodError} also if the new password was not typed the same twice */
export function changePasswordRequest(form: FormData): ChangePasswordRequest {
  const text = (name: string) => String(form.get(name) ?? "");
  const { current_password, password } = ChangePasswordForm.parse({
    current_password: text("current_password"),
    password: text("password"),
    password_again: text("password_again"),
  });
  return { current_password, password };
}
