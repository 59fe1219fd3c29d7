/** @module A question before an act that a key or the command palette starts. Browser only. */
import { useLayoutEffect, useRef } from "preact/hooks";

export interface Question {
  title: string;
  text: string;
  /** The button that does it. */
  label: string;
  onYes: () => void;
}

/** A modal question. It gives the focus back to where it was. */
export function AskDialog({ question, onClose }: { question: Question; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    if (!dialog.current!.open) dialog.current!.showModal();
  }, [question]);

  // A key may ask anew before the browser tells that the question before was closed.
  function closed() {
    if (!dialog.current!.open) onClose();
  }

  function yes() {
    dialog.current?.close();
    question.onYes();
  }

  return (
    <dialog class="dialog ask" ref={dialog} aria-labelledby="ask-title" onClose={closed}>
      <div class="stack gap-3 p-5">
        <h2 class="h2 break" id="ask-title">{question.title}</h2>
        <p class="dim break">{question.text}</p>
      </div>
      <div class="card-foot px-5 py-3">
        <button type="button" class="btn push" onClick={() => dialog.current?.close()}>
          Not now
        </button>
        <button type="button" class="btn btn-primary" autofocus onClick={yes}>
          {question.label}
        </button>
      </div>
    </dialog>
  );
}
