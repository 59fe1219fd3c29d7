/** @module Keys (ui/DESIGN.md §6) and the list of them. Single letters can be turned off (WCAG 2.1.4). */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { AskDialog, type Question } from "../components/live/AskDialog.tsx";
import { areKeysOn, setKeysOn } from "../components/live/key_setting.ts";
import { actOf, type KeyAct, keyHelp } from "../components/live/keys.ts";
import {
  focusFilter,
  goToTab,
  leave,
  moveFocus,
  runQuestion,
  settingsHref,
  submitForm,
} from "../components/live/page_keys.ts";

const SECOND_KEY_MS = 1500;

export interface KeyboardProps {
  /** Whether this person may start jobs at all. */
  may_run: boolean;
}

/** Listens for the keys; draws only what they open. */
export default function Keyboard({ may_run }: KeyboardProps) {
  const [help, setHelp] = useState(false);
  const [question, setQuestion] = useState<Question>();

  // At once, not after the next frame: a key of a person on a slow machine would be lost.
  useLayoutEffect(() => {
    let g_at_ms = -SECOND_KEY_MS;
    function onKey(event: KeyboardEvent) {
      if (event.defaultPrevented || event.isComposing) return;
      if (hasModifier(event)) {
        const sends = event.key === "Enter" && !event.altKey && !event.repeat;
        if (sends && submitForm()) event.preventDefault();
        return;
      }
      if (event.key === "Escape" && leave()) return event.preventDefault();
      if (isTyping(event.target)) return;
      const after_g = event.timeStamp - g_at_ms < SECOND_KEY_MS;
      g_at_ms = -SECOND_KEY_MS;
      const act = actOf(event.key, after_g);
      // Turned off, only the list itself can still be opened, to turn them on again.
      if (act === undefined || (!areKeysOn() && act.kind !== "help")) return;
      event.preventDefault();
      if (act.kind === "await_place") g_at_ms = event.timeStamp;
      else if (act.kind === "help") setHelp(true);
      else if (act.kind === "run") setQuestion(may_run ? runQuestion() : undefined);
      else perform(act);
    }
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  if (question !== undefined) {
    return <AskDialog question={question} onClose={() => setQuestion(undefined)} />;
  }
  return help ? <Help may_run={may_run} onClose={() => setHelp(false)} /> : null;
}

function Help({ may_run, onClose }: { may_run: boolean; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [on, setOn] = useState(areKeysOn);
  useEffect(() => dialog.current?.showModal(), []);

  function toggle(event: { currentTarget: HTMLInputElement }) {
    const is_on = event.currentTarget.checked;
    setKeysOn(is_on);
    setOn(is_on);
  }

  return (
    <dialog class="dialog keys" ref={dialog} aria-labelledby="keys-title" onClose={onClose}>
      <header class="card-head">
        <h2 id="keys-title">Keys</h2>
        <form method="dialog" class="actions">
          <button type="submit" class="btn btn-sm">Close</button>
        </form>
      </header>
      <div class="keys-list card-body stack gap-4">
        {keyHelp({ may_run }).map(({ title, keys }) => (
          <section key={title} class="stack gap-2">
            <h3 class="meta">{title}</h3>
            <dl class="kv">
              {keys.map(({ keys, does }) => (
                <>
                  <dt class="row row-sm">{keys.map((key) => <kbd key={key}>{key}</kbd>)}</dt>
                  <dd>{does}</dd>
                </>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <footer class="card-foot">
        <label class="check">
          <input type="checkbox" checked={on} onChange={toggle} />
          <span>Use single-letter keys</span>
        </label>
      </footer>
    </dialog>
  );
}

/** AltGr counts as Ctrl and Alt, and is how many keyboards type `[` and `]`. */
function hasModifier(event: KeyboardEvent): boolean {
  if (event.getModifierState("AltGraph")) return false;
  return event.ctrlKey || event.metaKey || event.altKey;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element &&
    target.closest("input, textarea, select, dialog, [contenteditable]") !== null;
}

function perform(act: Exclude<KeyAct, { kind: "await_place" | "help" | "run" }>): void {
  if (act.kind === "go") location.href = act.href;
  else if (act.kind === "move") moveFocus(act.by);
  else if (act.kind === "tab") goToTab(act.by);
  else if (act.kind === "filter") focusFilter();
  else {
    const href = settingsHref();
    if (href !== undefined) location.href = href;
  }
}
