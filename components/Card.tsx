/** @module Cards, notes and empty states: the frames that content stands in. */
import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./Icon.tsx";
import type { Tone } from "./vocabulary.ts";

export interface CardProps {
  title: string;
  /** Names the card for readers; must be unique on the page. */
  id: string;
  /** Between title and actions, as a Count. */
  beside?: ComponentChildren;
  actions?: ComponentChildren;
  foot?: ComponentChildren;
  /** Frames a table whose rows reach the edge. */
  clip?: boolean;
  /** Swapped by LiveRegions when its content changes; needs no island inside. */
  live?: boolean;
  children: ComponentChildren;
}

/** A titled card. */
export function Card({ title, id, beside, actions, foot, clip, live, children }: CardProps) {
  return (
    <section
      class={clip ? "card clipcard" : "card"}
      aria-labelledby={`${id}-title`}
      data-live={live ? id : undefined}
    >
      <header class="card-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {beside}
        {actions === undefined ? null : <span class="actions">{actions}</span>}
      </header>
      {children}
      {foot === undefined ? null : <footer class="card-foot">{foot}</footer>}
    </section>
  );
}

const NOTE_ICONS: Record<Tone, IconName> = {
  ok: "s-ok",
  warn: "s-warn",
  stale: "s-stale",
  fail: "s-fail",
  run: "s-info",
  idle: "s-info",
};

export interface NoteProps {
  tone: Tone;
  /** In place of the tone's own. */
  icon?: IconName | undefined;
  title?: string | undefined;
  actions?: ComponentChildren;
  class?: string;
  children?: ComponentChildren;
}

/** A banner inside the page. Failures are alerts for readers, everything else status. */
export function Note({ tone, icon, title, actions, class: extra, children }: NoteProps) {
  return (
    <div
      class={extra === undefined ? "note" : `note ${extra}`}
      data-s={tone}
      role={tone === "fail" ? "alert" : "status"}
    >
      <Icon name={icon ?? NOTE_ICONS[tone]} />
      <div class="grow">
        {title === undefined ? null : <b>{title}</b>} {children}
      </div>
      {actions === undefined ? null : <div class="actions">{actions}</div>}
    </div>
  );
}

/** What stands in a list with nothing in it. */
export function Empty(
  { icon, title, children }: { icon: IconName; title: string; children?: ComponentChildren },
) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <b class="strong">{title}</b>
      {children}
    </div>
  );
}
