import type { PageProps } from "fresh";
import { asset, Head } from "fresh/runtime";
import Toasts from "../islands/Toasts.tsx";
import type { State } from "../server/state.ts";

/** The document. The theme comes from a cookie, so that there is no flash of the other one. */
export default function App({ Component, state }: PageProps<unknown, State>) {
  return (
    <html lang="en" data-theme={state.theme}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href={asset("/icon.svg")} type="image/svg+xml" />
        <link rel="stylesheet" href={asset("/styles.css")} />
        <Head>
          <title>restic-manager</title>
        </Head>
      </head>
      <body>
        <Component />
        {state.actor === undefined && state.flash === undefined
          ? null
          : <Toasts first={state.flash ?? null} />}
      </body>
    </html>
  );
}
