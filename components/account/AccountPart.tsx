/** @module A titled part of the account's card. Never folded: the page is short. */
import type { ComponentChildren } from "preact";

/** Title and what it is about on the left, what can be changed on the right. */
export function AccountPart(
  { title, text, children }: { title: string; text: string; children: ComponentChildren },
) {
  return (
    <section class="section">
      <header>
        <h2 class="h3">{title}</h2>
        <p>{text}</p>
      </header>
      <div class="min-w-0">{children}</div>
    </section>
  );
}
