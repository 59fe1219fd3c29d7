/** @module What stands in place of a page that cannot be shown. */
import { Head } from "fresh/runtime";
import type { State } from "../server/state.ts";
import { sentence } from "./format.ts";
import { Icon } from "./Icon.tsx";

export interface ErrorBodyProps {
  status: number;
  title: string;
  text: string;
  state: State;
}

/** The reason in plain words, the way on, and the id that finds it in the log. */
export function ErrorBody({ status, title, text, state }: ErrorBodyProps) {
  return (
    <main class="page" id="main">
      <Head>
        <title>{`${title} · restic-manager`}</title>
      </Head>
      <div class="empty" role="alert">
        <Icon name={status === 404 ? "search" : "s-fail"} />
        <h1 class="h1">{title}</h1>
        <p class="prose break">{sentence(text)}</p>
        <div class="row wrap mt-2">
          <a class="btn" href="/">Go to Overview</a>
        </div>
        {status < 500 ? null : (
          <p class="meta">
            Request <code>{state.request_id}</code>
          </p>
        )}
      </div>
    </main>
  );
}
