/** @module A page inside the shell: its top bar with the way back, and its main part. */
import type { ComponentChildren } from "preact";
import { Head } from "fresh/runtime";
import LiveRegions from "../islands/LiveRegions.tsx";
import Palette from "../islands/Palette.tsx";
import { paths } from "../server/protocol/paths.ts";
import { CsrfField } from "./Field.tsx";
import { Icon } from "./Icon.tsx";
import { ReadOnly } from "./ReadOnly.tsx";

export interface Crumb {
  label: string;
  href?: string;
}

export interface PageFrameProps {
  crumbs: Crumb[];
  /** Of the browser's tab; default: the last crumb. */
  title?: string;
  csrf_token: string;
  /** When this page was rendered. */
  now_ms: number;
  /** Where the forms of the top bar come back to: path and query. */
  here: string;
  /**
   * What changes this page: all of the fleet, one host, a stream of its own (whose island says whether
   * it is live), or nothing.
   */
  live?: "fleet" | { host_id: string } | "own" | "off";
  /** See LiveRegions: for an answer that shows secrets. */
  stands_at?: string;
  narrow?: boolean;
  children: ComponentChildren;
}

/** Top bar and main part. Regions marked `data-live` follow the server by themselves. */
export function Page(props: PageFrameProps) {
  const { crumbs, csrf_token, now_ms, here, live = "fleet", narrow, children } = props;
  const title = props.title ?? crumbs.at(-1)?.label ?? "Overview";
  return (
    <>
      <Head>
        <title>{`${title} · restic-manager`}</title>
      </Head>
      <header class="topbar">
        <Crumbs crumbs={crumbs} />
        <ReadOnly />
        {live === "off" ? null : <LiveMark />}
        <Palette csrf_token={csrf_token} here={here} />
        <ThemeSwitch csrf_token={csrf_token} here={here} />
        <SignOutOnPhone csrf_token={csrf_token} />
      </header>
      <main class={narrow ? "page page-narrow" : "page"} id="main" tabIndex={-1}>
        {live === "off" || live === "own" ? null : (
          <LiveRegions
            host_id={live === "fleet" ? null : live.host_id}
            rendered_at_ms={now_ms}
            stands_at={props.stands_at ?? null}
          />
        )}
        {children}
      </main>
    </>
  );
}

function Crumbs({ crumbs }: { crumbs: Crumb[] }) {
  return (
    <nav class="crumbs" aria-label="Breadcrumb">
      {crumbs.map((crumb, at) => (
        <>
          {at === 0 ? null : <Icon name="right" />}
          {crumb.href === undefined
            ? <span aria-current="page">{crumb.label}</span>
            : <a class="clip" href={crumb.href}>{crumb.label}</a>}
        </>
      ))}
    </nav>
  );
}

/** Hidden until the island knows; it sets `data-live-state` to "live" or "lost". */
function LiveMark() {
  return (
    <span class="livemark meta hide-md" id="live-mark" data-live-state="unknown">
      <span class="row row-sm is-live">
        <span class="tint" data-s="ok">
          <Icon name="s-online" size={14} />
        </span>
        Live
      </span>
      <span class="row row-sm is-lost" data-s="warn">
        <Icon name="s-offline" size={14} />
        Not live
      </span>
    </span>
  );
}

/** Both buttons are there; the stylesheet shows the one that changes something. */
function ThemeSwitch({ csrf_token, here }: { csrf_token: string; here: string }) {
  return (
    <form method="post" action={paths.theme()} class="theme-switch">
      <CsrfField token={csrf_token} />
      <input type="hidden" name="next" value={here} />
      {(["dark", "light"] as const).map((theme) => (
        <button
          key={theme}
          type="submit"
          name="theme"
          value={theme}
          class={`btn btn-quiet btn-icon to-${theme}`}
          aria-label={`Switch to the ${theme} theme`}
          title={`Switch to the ${theme} theme`}
        >
          <Icon name="theme" />
        </button>
      ))}
    </form>
  );
}

function SignOutOnPhone({ csrf_token }: { csrf_token: string }) {
  return (
    <form method="post" action={paths.logout()} class="only-sm">
      <CsrfField token={csrf_token} />
      <button type="submit" class="btn btn-quiet btn-icon" aria-label="Sign out" title="Sign out">
        <Icon name="logout" />
      </button>
    </form>
  );
}

export interface PageHeadProps {
  title: string;
  /** Between title and actions, as a Pill. */
  beside?: ComponentChildren;
  sub?: ComponentChildren;
  actions?: ComponentChildren;
}

/** The title of a page with its one-sentence answer and its buttons. */
export function PageHead({ title, beside, sub, actions }: PageHeadProps) {
  return (
    <header class="page-head">
      <div class="min-w-0">
        <div class="row wrap">
          <h1 class="h1 break">{title}</h1>
          {beside}
        </div>
        {sub === undefined ? null : <p class="dim">{sub}</p>}
      </div>
      {actions === undefined ? null : <div class="actions">{actions}</div>}
    </header>
  );
}
