/**
 * @module The foot of a settings form. Without script a plain Save; with it, once something is
 * changed, a bar that stays in view and lists the changes.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import {
  changesOf,
  type SettingsField,
  type SettingsValues,
} from "../components/host/settings_changes.ts";
import { SaveFoot } from "../components/SaveFoot.tsx";

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

  return <SaveFoot foot={bar} changes={changes} label="Save" onDiscard={discard} />;
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
