import { HttpError, type PageProps } from "fresh";
import { ErrorBody } from "../components/ErrorBody.tsx";
import { toAppError } from "../server/errors.ts";
import type { State } from "../server/state.ts";

/** Whatever a page or a form's request failed with, in plain words. */
export default function ErrorPage({ error, state }: PageProps<unknown, State>) {
  const isNotFound = error instanceof HttpError && error.status === 404;
  const known = toAppError(error);
  const status = error instanceof HttpError ? error.status : known.status;
  if (isNotFound) {
    return (
      <ErrorBody
        status={404}
        title="There is nothing here"
        text="The page was moved or removed, or the address has a slip in it."
        state={state}
      />
    );
  }
  return (
    <ErrorBody
      status={status}
      title={known.message}
      text={known.hint ?? "Nothing was changed."}
      state={state}
    />
  );
}
