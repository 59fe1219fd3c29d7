/** @module Events in order, with what is still to come. */
import type { ComponentChildren } from "preact";
import { Time } from "./Time.tsx";
import { Icon } from "./Icon.tsx";
import { type Kind, wordOf } from "./vocabulary.ts";
import { visibleText } from "./job/visible_text.ts";

export interface TrailItem {
  key: string;
  kind: Kind;
  title: string;
  at_ms?: number | null;
  text?: string;
  action?: ComponentChildren;
}

/** A line of events; what waits is faint, what needs somebody is strong. */
export function Trail({ items, now_ms }: { items: TrailItem[]; now_ms: number }) {
  return (
    <ol class="trail">
      {items.map((item) => {
        const word = wordOf(item.kind);
        const weight = word.tone === "ok" ? "medium" : word.tone === "idle" ? "faint" : "strong";
        return (
          <li key={item.key} data-key={item.key} data-s={word.tone}>
            <Icon
              name={word.icon}
              label={word.label}
              class={item.kind === "running" ? "spin" : undefined}
            />
            <span class={weight}>{visibleText(item.title)}</span>
            <span class="meta">
              {item.at_ms == null ? null : <Time at={item.at_ms} now_ms={now_ms} as="clock" />}
            </span>
            <span class="meta break">
              {item.text && visibleText(item.text)}
              {item.action === undefined ? null : <span class="row wrap mt-2">{item.action}</span>}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
