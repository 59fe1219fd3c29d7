/** @module A state as icon, word and colour together, and the small marks beside names. */
import type { ComponentChildren } from "preact";
import { Icon } from "./Icon.tsx";
import { type Kind, type Tone, wordOf } from "./vocabulary.ts";

export interface StatusProps {
  kind: Kind;
  /** In place of the word, as "Running 62 %". */
  label?: string | undefined;
  /** The short word, for tables. */
  short?: boolean;
  title?: string | undefined;
}

/** A state in running text or a table cell. */
export function Status({ kind, label, short, title }: StatusProps) {
  const word = wordOf(kind);
  return (
    <span class="st" data-s={word.tone} title={title}>
      <Icon name={word.icon} class={kind === "running" ? "spin" : undefined} />
      {label ?? (short ? word.short ?? word.label : word.label)}
    </span>
  );
}

/** Only the icon of a state; the word is its name for readers and its tooltip. */
export function StatusIcon({ kind, title }: { kind: Kind; title?: string }) {
  const word = wordOf(kind);
  return (
    <span class="st" data-s={word.tone} title={title ?? word.label}>
      <Icon
        name={word.icon}
        label={word.label}
        class={kind === "running" ? "spin" : undefined}
      />
    </span>
  );
}

/** A state in a rounded frame, for heads of pages and cards. */
export function Pill({ kind, label }: { kind: Kind; label?: string }) {
  const word = wordOf(kind);
  return (
    <span class="pill" data-s={word.tone}>
      <Icon name={word.icon} class={kind === "running" ? "spin" : undefined} />
      {label ?? word.label}
    </span>
  );
}

/** A small number beside a name. */
export function Count(
  { value, tone, title }: { value: number | string; tone?: Tone; title?: string },
) {
  return <span class="count" data-s={tone} title={title}>{value}</span>;
}

/** A label that somebody gave. */
export function Tag({ children }: { children: ComponentChildren }) {
  return (
    <span class="tag max-w-full">
      <span class="clip">{children}</span>
    </span>
  );
}
