/** @module Messages in the corner: what the last request did, and errors of scripts on the page. */
import { useEffect, useState } from "preact/hooks";
import { TOAST_EVENT, type ToastMessage } from "../components/live/toast.ts";
import { ToastBox } from "../components/live/ToastBox.tsx";

const SHOWN_MS = 8_000;

interface Shown extends ToastMessage {
  key: number;
}

/** The toasts. The first one is rendered by the server, so it is there without script too. */
export default function Toasts({ first }: { first: ToastMessage | null }) {
  const [toasts, setToasts] = useState<Shown[]>(first === null ? [] : [{ ...first, key: 0 }]);

  useEffect(() => {
    let next_key = 1;
    function onToast(event: Event) {
      const message = (event as CustomEvent<ToastMessage>).detail;
      setToasts((shown) => [...shown.slice(-3), { ...message, key: next_key++ }]);
    }
    function onKey(event: KeyboardEvent) {
      if (event.key !== "F6") return;
      const region = document.getElementById("toasts");
      if (region?.querySelector("button") == null) return;
      event.preventDefault();
      region.focus();
    }
    addEventListener(TOAST_EVENT, onToast);
    addEventListener("keydown", onKey);
    return () => {
      removeEventListener(TOAST_EVENT, onToast);
      removeEventListener("keydown", onKey);
    };
  }, []);

  function close(key: number) {
    setToasts((shown) => shown.filter((toast) => toast.key !== key));
  }

  return (
    <section class="toasts" id="toasts" aria-label="Messages" tabIndex={-1}>
      {toasts.map((toast) => (
        <Toast
          key={toast.key}
          toast={toast}
          onClose={() => close(toast.key)}
        />
      ))}
    </section>
  );
}

function Toast({ toast, onClose }: { toast: Shown; onClose: () => void }) {
  useEffect(() => {
    // An error stays until somebody closed it.
    if (toast.tone === "fail") return;
    const timer = setTimeout(onClose, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [toast.key]);
  return <ToastBox toast={toast} onClose={onClose} />;
}
