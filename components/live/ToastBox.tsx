/** @module One message in the corner, as it looks. */
import { Icon } from "../Icon.tsx";
import type { ToastMessage } from "./toast.ts";

const ICONS = { ok: "s-ok", warn: "s-warn", fail: "s-fail" } as const;

/** The message with its close button. A failure is an alert for readers. */
export function ToastBox({ toast, onClose }: { toast: ToastMessage; onClose?: () => void }) {
  return (
    <div class="toast" data-s={toast.tone} role={toast.tone === "fail" ? "alert" : "status"}>
      <Icon name={ICONS[toast.tone]} />
      <div class="grow">
        <b class="strong break">{toast.title}</b>
        {toast.text === undefined ? null : <p>{toast.text}</p>}
      </div>
      <button
        type="button"
        class="btn btn-quiet btn-icon btn-sm needs-script"
        aria-label="Close"
        onClick={onClose}
      >
        <Icon name="x" />
      </button>
    </div>
  );
}
