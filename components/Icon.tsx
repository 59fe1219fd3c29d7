/** @module One drawing of static/icons.svg. Beside words it is hidden from readers; alone it needs a label. */
import { asset } from "fresh/runtime";

/** The drawings in static/icons.svg, without their prefix. */
export type IconName =
  | "arrow"
  | "audit"
  | "back"
  | "bell"
  | "bolt"
  | "calendar"
  | "chart"
  | "check"
  | "chip"
  | "code"
  | "copy"
  | "diff"
  | "down"
  | "download"
  | "edit"
  | "external"
  | "eye"
  | "file"
  | "filter"
  | "folder"
  | "gauge"
  | "globe"
  | "hook"
  | "host"
  | "job"
  | "key"
  | "left"
  | "link"
  | "linux"
  | "lock"
  | "logout"
  | "mail"
  | "menu"
  | "minus"
  | "moon"
  | "more"
  | "overview"
  | "pause"
  | "play"
  | "plus"
  | "repo"
  | "restore"
  | "retry"
  | "right"
  | "s-broken"
  | "s-cancel"
  | "s-degraded"
  | "s-fail"
  | "s-info"
  | "s-locked"
  | "s-never"
  | "s-offline"
  | "s-ok"
  | "s-online"
  | "s-pause"
  | "s-queued"
  | "s-run"
  | "s-sent"
  | "s-stale"
  | "s-warn"
  | "search"
  | "send"
  | "shield"
  | "sliders"
  | "sort"
  | "stop"
  | "sun"
  | "swap"
  | "tag"
  | "terminal"
  | "theme"
  | "trash"
  | "unlock"
  | "up"
  | "upload"
  | "user"
  | "users"
  | "wand"
  | "webhook"
  | "windows"
  | "x";

export interface IconProps {
  name: IconName;
  size?: 14 | 16 | 20;
  /** Makes the icon speak; leave it out where a word stands beside it. */
  label?: string | undefined;
  class?: string | undefined;
}

/** A 16 px line icon in the colour of its text. */
export function Icon({ name, size = 16, label, class: extra }: IconProps) {
  const sized = size === 14 ? " i-sm" : size === 20 ? " i-lg" : "";
  const spoken = label === undefined
    ? { "aria-hidden": "true" as const }
    : { role: "img" as const, "aria-label": label };
  return (
    <svg class={`i${sized}${extra === undefined ? "" : ` ${extra}`}`} {...spoken}>
      <use href={asset(`/icons.svg#i-${name}`)} />
    </svg>
  );
}
