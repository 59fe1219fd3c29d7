/** @module The foot of a form that tells what it would save: once that is something, it stays in view. */
import type { Ref } from "preact";
import { counted, shortList } from "./format.ts";
import { Icon } from "./Icon.tsx";

export interface SaveFootProps {
  /** In words; none: only the button. */
  changes: string[];
  label: string;
  onDiscard: () => void;
  foot?: Ref<HTMLElement>;
}

/** Save, and what it would save. */
export function SaveFoot({ changes, label, onDiscard, foot }: SaveFootProps) {
  const changed = changes.length > 0;
  return (
    <footer ref={foot ?? null} class={changed ? "savebar" : "card-foot px-5 py-3"}>
      {changed && (
        <p class="row row-sm min-w-0" role="status">
          <span class="st flex-none" data-s="warn">
            <Icon name="edit" />
            {counted(changes.length, "unsaved change")}
          </span>
          <span class="dim clip hide-sm" title={changes.join("\n")}>{shortList(changes)}</span>
        </p>
      )}
      {changed && (
        <button type="button" class="btn btn-quiet push" onClick={onDiscard}>Discard</button>
      )}
      <button type="submit" class={changed ? "btn btn-primary" : "btn btn-primary push"}>
        {label}
      </button>
    </footer>
  );
}
