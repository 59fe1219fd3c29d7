/** @module A titled part of a form's card. */
import type { ComponentChildren } from "preact";
import { Icon } from "./Icon.tsx";

export interface SectionProps {
  title: string;
  text: string;
  /** What it holds, in a few words: stands beside the title while it is folded. */
  digest: string;
  /** Unfolded on a phone, where the others are folded. */
  open?: boolean;
  children: ComponentChildren;
}

/** A titled part of a settings card; on a phone it folds. */
export function Section({ title, text, digest, open, children }: SectionProps) {
  return (
    <details class="fold" open={open}>
      <summary>
        <span class="h3">{title}</span>
        <span class="meta clip">{digest}</span>
        <Icon name="down" size={14} />
      </summary>
      <section class="section">
        <header>
          <h2 class="h3">{title}</h2>
          <p>{text}</p>
        </header>
        <div class="min-w-0">{children}</div>
      </section>
    </details>
  );
}
