/** @module Changing one's own password. */
import { Note } from "../Card.tsx";
import { CsrfField, Field } from "../Field.tsx";
import { AccountPart } from "./AccountPart.tsx";

export interface PasswordSectionProps {
  username: string;
  csrf_token: string;
  /** By field; "" is about the form as a whole. */
  errors: Record<string, string>;
}

/** The form; what was typed into it is never filled in again. */
export function PasswordSection({ username, csrf_token, errors }: PasswordSectionProps) {
  const first_wrong = ["current_password", "password", "password_again"]
    .find((name) => errors[name] !== undefined);
  const field = (name: string) => ({
    name,
    type: "password" as const,
    required: true,
    error: errors[name],
    autofocus: first_wrong === name,
    input: { maxLength: 1024 },
  });
  return (
    <AccountPart
      title="Password"
      text="Known to nobody but you: the server keeps only a hash of it."
    >
      <form class="stack stack-lg" method="post">
        <CsrfField token={csrf_token} />
        <input type="hidden" name="action" value="password" />
        <input type="text" name="username" value={username} autocomplete="username" hidden />
        {errors[""] && <Note tone="fail" title="Not changed.">{errors[""]}</Note>}
        <div class="max-w-[340px]">
          <Field
            {...field("current_password")}
            label="Current password"
            autocomplete="current-password"
          />
        </div>
        <div class="cols cols-13">
          <Field
            {...field("password")}
            label="New password"
            autocomplete="new-password"
            hint={errors["password"] === undefined
              ? "At least 12 characters. A few words in a row are good."
              : undefined}
          />
          <Field
            {...field("password_again")}
            label="New password again"
            autocomplete="new-password"
          />
        </div>
        <div class="row wrap gap-x-3 gap-y-2">
          <button type="submit" class="btn btn-primary">Change password</button>
          <span class="meta">Ends your other sessions.</span>
        </div>
      </form>
    </AccountPart>
  );
}
