/**
 * @module The foot of a settings form. Without script a plain Save; with it, once something is
 * changed, a bar that stays in view and lists the changes.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { counted, shortList } from "../components/format.ts";
import { Icon } from "../components/Icon.tsx";
import {
  changesOf,
  type SettingsField,
  type SettingsValues,
} from "../components/host/settings_changes.ts";

export interface SaveBarProps {
  /** The fields as they are saved, which is not what a refused form comes back with. */
  saved: SettingsValues;
}

/** Save, and what it would save. */
export default function SaveBar({ saved }: SaveBarProps) {
  const bar = useRef<HTMLElement>(null);
  const [changes, setChanges] = useState<string[]>([]);

  useEffect(() => {
    const form = bar.current?.closest("form");
    if (!form) return;
    const read = () => setChanges(changesOf(saved, valuesOf(form, saved)));
    read();
    form.addEventListener("input", read);
    return () => form.removeEventListener("input", read);
  }, []);

  function discard() {
    const form = bar.current?.closest("form");
    if (!form) return;
    for (const [name, value] of Object.entries(saved)) {
      const field = form.elements.namedItem(name);
      if (isField(field)) field.value = value ?? "";
    }
    setChanges([]);
  }

  const changed = changes.length > 0;
  return (
    <footer ref={bar} class={changed ? "savebar" : "card-foot px-5 py-3"}>
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
        <button type="button" class="btn btn-quiet push" onClick={discard}>Discard</button>
      )}
      <button type="submit" class={changed ? "btn btn-primary" : "btn btn-primary push"}>
        Save
      </button>
    </footer>
  );
}

function valuesOf(form: HTMLFormElement, saved: SettingsValues): SettingsValues {
  const values: SettingsValues = {};
  for (const name of Object.keys(saved) as SettingsField[]) {
    const field = form.elements.namedItem(name);
    if (isField(field)) values[name] = field.value;
  }
  return values;
}

function isField(element: unknown): element is HTMLInputElement | HTMLTextAreaElement {
  return element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement;
}
