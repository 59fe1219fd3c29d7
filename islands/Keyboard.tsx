/** @module Single-letter keys: filter, rows, places, and the list of them. Can be turned off (WCAG 2.1.4). */
import { useEffect, useRef, useState } from "preact/hooks";
import { areKeysOn, setKeysOn } from "../components/live/key_setting.ts";
import { actOf, KEY_HELP, type KeyAct } from "../components/live/keys.ts";

const SECOND_KEY_MS = 1500;

/** Listens for the keys; draws only the list of them, when asked. */
export default function Keyboard() {
  const help = useRef<HTMLDialogElement>(null);
  const [open, setOpen] = useState(false);
  const [on, setOn] = useState(true);

  useEffect(() => {
    let g_at_ms = -SECOND_KEY_MS;
    function onKey(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const after_g = event.timeStamp - g_at_ms < SECOND_KEY_MS;
      g_at_ms = -SECOND_KEY_MS;
      const act = actOf(event.key, after_g);
      // Turned off, only the list itself can still be opened, to turn them on again.
      if (act === undefined || (!areKeysOn() && act.kind !== "help")) return;
      event.preventDefault();
      if (act.kind === "await_place") g_at_ms = event.timeStamp;
      else if (act.kind === "help") setOpen(true);
      else perform(act);
    }
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  useEffect(() => {
    if (!open) return;
    setOn(areKeysOn());
    help.current?.showModal();
  }, [open]);

  function toggle(event: { currentTarget: HTMLInputElement }) {
    const is_on = event.currentTarget.checked;
    setKeysOn(is_on);
    setOn(is_on);
  }

  if (!open) return null;
  return (
    <dialog
      class="dialog keys"
      ref={help}
      aria-labelledby="keys-title"
      onClose={() => setOpen(false)}
    >
      <header class="card-head">
        <h2 id="keys-title">Keys</h2>
        <form method="dialog" class="actions">
          <button type="submit" class="btn btn-sm">Close</button>
        </form>
      </header>
      <dl class="kv card-body">
        {KEY_HELP.map(({ keys, does }) => (
          <>
            <dt class="row row-sm">{keys.map((key) => <kbd key={key}>{key}</kbd>)}</dt>
            <dd>{does}</dd>
          </>
        ))}
      </dl>
      <footer class="card-foot">
        <label class="check">
          <input type="checkbox" checked={on} onChange={toggle} />
          <span>Use single-letter keys</span>
        </label>
      </footer>
    </dialog>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element &&
    target.closest("input, textarea, select, dialog, [contenteditable]") !== null;
}

function perform(act: Exclude<KeyAct, { kind: "await_place" | "help" }>): void {
  if (act.kind === "go") location.href = act.href;
  else if (act.kind === "filter") {
    document.querySelector<HTMLInputElement>("[data-filter]")?.focus();
  } else moveFocus(act.by);
}

/** Rows are moved through by focus, so that Enter opens what has it. */
function moveFocus(by: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLElement>("main .tbl .rowlink")];
  if (links.length === 0) return;
  const at = links.indexOf(document.activeElement as HTMLElement);
  const next = at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + by));
  links[next]!.focus();
}
