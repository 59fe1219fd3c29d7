import type { PageProps } from "fresh";
import { ErrorBody } from "../components/ErrorBody.tsx";
import { toAppError } from "../server/errors.ts";
import type { State } from "../server/state.ts";

/** Whatever a page or a form's request failed with, in plain words. */
export default function ErrorPage({ error, state }: PageProps<unknown, State>) {
  const { status, message, hint } = toAppError(error);
  return (
    <ErrorBody
      status={status}
      title={message}
      text={hint ?? "Nothing was changed."}
      state={state}
    />
  );
}
