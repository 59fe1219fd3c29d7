import type { PageProps } from "fresh";
import { ErrorBody } from "../components/ErrorBody.tsx";
import type { State } from "../server/state.ts";

/** No such page. */
export default function NotFound({ state }: PageProps<unknown, State>) {
  return (
    <ErrorBody
      status={404}
      title="There is nothing here"
      text="The page was moved or removed, or the address has a slip in it."
      state={state}
    />
  );
}
