/** @module Events in order, with what is still to come. */
import type { ComponentChildren } from "preact";
import { dayKey, toTheSecond } from "./days.ts";
import { absolute } from "./format.ts";
import { Icon } from "./Icon.tsx";
import { Time } from "./Time.tsx";
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
              {item.at_ms == null ? null : <Moment at_ms={item.at_ms} now_ms={now_ms} />}
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

/** Today the clock tells enough; of another day the day belongs to it. */
function Moment({ at_ms, now_ms }: { at_ms: number; now_ms: number }) {
  if (dayKey(at_ms) === dayKey(now_ms)) return <Time at={at_ms} now_ms={now_ms} as="clock" />;
  return (
    <time dateTime={new Date(at_ms).toISOString()} title={absolute(at_ms)}>
      {toTheSecond(at_ms)}
    </time>
  );
}
