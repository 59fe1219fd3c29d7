/**
 * @module Makes the question that the page came with a modal one. Without script it stands in the
 * page; with it, leaving it leads back to the page without the question, and to the link that asked.
 */
import { useEffect } from "preact/hooks";

export interface ModalAskProps {
  /** The id of the dialog. */
  dialog: string;
  /** The address of the page without the question. */
  back: string;
}

/** Draws nothing. */
export default function ModalAsk({ dialog: id, back }: ModalAskProps) {
  useEffect(() => {
    const dialog = document.getElementById(id);
    if (!(dialog instanceof HTMLDialogElement)) return;
    const asked = location.search;
    dialog.close();
    dialog.showModal();

    function onClick(event: MouseEvent) {
      const link = (event.target as Element).closest("[data-leave]");
      if (link === null) return;
      event.preventDefault();
      (dialog as HTMLDialogElement).close();
    }
    function onClose() {
      history.replaceState(null, "", back);
      // What was asked for is in the address of the link that asked.
      const links = [...document.querySelectorAll<HTMLAnchorElement>("a[href]")];
      links.find((link) => link.search === asked && !dialog!.contains(link))?.focus();
    }
    dialog.addEventListener("click", onClick);
    dialog.addEventListener("close", onClose);
    return () => {
      dialog.removeEventListener("click", onClick);
      dialog.removeEventListener("close", onClose);
    };
  }, []);
  return null;
}
