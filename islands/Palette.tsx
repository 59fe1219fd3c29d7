/**
 * @module The search button of the top bar, and Ctrl-K. The palette itself is loaded when it is first
 * wanted; what is typed until then is not lost.
 */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../components/Icon.tsx";
import { AskDialog, type Question } from "../components/live/AskDialog.tsx";
import { noteVisit } from "../components/live/recents.ts";
import { toast } from "../components/live/toast.ts";
import type { PalettePanel } from "../components/palette/PalettePanel.tsx";

export interface PaletteProps {
  csrf_token: string;
  /** This page: path and query. */
  here: string;
}

type Panel = typeof PalettePanel;

/** The button; the palette while it is open; the question of what was chosen. */
export default function Palette({ csrf_token, here }: PaletteProps) {
  const [Panel, setPanel] = useState<{ it: Panel }>();
  const [open, setOpen] = useState(false);
  const [mac, setMac] = useState(false);
  const [question, setQuestion] = useState<Question>();
  const typed = useRef("");

  useEffect(() => {
    noteVisit(location.pathname);
    setMac(/Mac|iPhone|iPad/.test(navigator.platform));
    function onKey(event: KeyboardEvent) {
      if (event.key === "Control" || event.key === "Meta") return preload();
      if (event.key !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      event.preventDefault();
      if (document.querySelector("dialog[open]") === null) show();
    }
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  // Before the next key, not after the next frame.
  useLayoutEffect(() => {
    if (!open || Panel !== undefined) return;
    function onKey(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.key.length > 1) return;
      event.preventDefault();
      typed.current += event.key;
    }
    addEventListener("keydown", onKey, true);
    return () => removeEventListener("keydown", onKey, true);
  }, [open, Panel]);

  function show() {
    typed.current = "";
    setOpen(true);
    load().then((it) => setPanel({ it })).catch(() => {
      setOpen(false);
      toast({
        tone: "fail",
        title: "The search cannot be loaded",
        text: "The server is out of reach. Try again when it is back.",
      });
    });
  }

  return (
    <>
      <button
        type="button"
        class="searchbtn needs-script"
        aria-keyshortcuts="Control+K Meta+K"
        title="Search or run a command"
        onClick={show}
        onPointerEnter={preload}
        onFocus={preload}
      >
        <Icon name="search" />
        <em>Search or run…</em>
        <span aria-hidden="true">
          <kbd>{mac ? "⌘" : "Ctrl"}</kbd>
          <kbd>K</kbd>
        </span>
      </button>
      {open && Panel !== undefined
        ? (
          <Panel.it
            first_text={typed.current}
            csrf_token={csrf_token}
            here={here}
            onClose={() => setOpen(false)}
            onAsk={({ label, asks }, onYes) => setQuestion({ ...asks!, label, onYes })}
          />
        )
        : null}
      {question === undefined
        ? null
        : <AskDialog question={question} onClose={() => setQuestion(undefined)} />}
    </>
  );
}

async function load(): Promise<Panel> {
  return (await import("../components/palette/PalettePanel.tsx")).PalettePanel;
}

function preload(): void {
  // Only a head start: the one who then asks is told what failed.
  load().catch(() => {});
}
