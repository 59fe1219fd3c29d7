/** @module Copies a text that stands beside it. */
import { useEffect, useState } from "preact/hooks";
import { Icon } from "../components/Icon.tsx";
import { toast } from "../components/live/toast.ts";

export interface CopyButtonProps {
  /** The id of the element whose text is copied; the text itself never is in the props. */
  target: string;
  label?: string;
}

/** A button that says when it has copied. Drawn only where scripts run. */
export default function CopyButton({ target, label = "Copy" }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);

  async function copy() {
    const element = document.getElementById(target);
    if (element === null) return;
    try {
      await navigator.clipboard.writeText(element.textContent ?? "");
      setCopied(true);
    } catch {
      // Without HTTPS the browser has no clipboard: mark the text for Ctrl-C.
      getSelection()?.selectAllChildren(element);
      toast({ tone: "warn", title: "Press Ctrl-C to copy", text: "The text is selected." });
    }
  }

  return (
    <button type="button" class="btn btn-sm needs-script" onClick={copy}>
      <Icon name={copied ? "check" : "copy"} size={14} />
      <span aria-live="polite">{copied ? "Copied" : label}</span>
    </button>
  );
}
