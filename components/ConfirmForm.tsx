/**
 * @module A button that asks before it posts. Without script it unfolds the question in place; with
 * it the question is a modal dialog that gives the focus back.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./Icon.tsx";

export interface ConfirmFormProps {
  /** The button on the page, and its drawing. */
  label: string;
  icon?: IconName;
  /** The question, with the name of what it is about. */
  title: string;
  /** What happens, and what stays. */
  text: string;
  stays?: string;
  /** Where to post to; the page itself when left out. */
  action?: string;
  fields: Record<string, string>;
  csrf: string;
  confirm_label: string;
  keep_label: string;
  /** A word that must be typed first, and the name of its field. */
  typed?: { word: string; name: string };
}

/** The button and its question. */
export function ConfirmForm(props: ConfirmFormProps) {
  const [script, setScript] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => setScript(true), []);

  const button = (
    <>
      {props.icon && <Icon name={props.icon} />}
      {props.label}
    </>
  );
  if (!script) {
    return (
      <details class="confirm">
        <summary class="btn btn-fail">{button}</summary>
        <div class="dialog">
          <Question {...props} />
        </div>
      </details>
    );
  }
  return (
    <>
      <button type="button" class="btn btn-fail" onClick={() => dialog.current?.showModal()}>
        {button}
      </button>
      <dialog ref={dialog} class="dialog" aria-labelledby="confirm-title">
        <Question {...props} onKeep={() => dialog.current?.close()} />
      </dialog>
    </>
  );
}

function Question(props: ConfirmFormProps & { onKeep?: () => void }) {
  const { typed, onKeep } = props;
  const [word, setWord] = useState("");
  const blocked = onKeep !== undefined && typed !== undefined && word !== typed.word;
  return (
    <form method="post" action={props.action}>
      <div class="stack gap-3 p-5">
        <h2 class="h2" id="confirm-title">{props.title}</h2>
        <p class="dim">
          {props.text} {props.stays && <b class="strong">{props.stays}</b>}
        </p>
        {typed && (
          <div class="field">
            <label class="label" for="confirm-word">
              <span>
                Type <span class="mono">{typed.word}</span> to confirm
              </span>
            </label>
            <input
              class="input mono"
              id="confirm-word"
              name={typed.name}
              value={word}
              required
              autocomplete="off"
              spellcheck={false}
              onInput={(e) => setWord(e.currentTarget.value)}
            />
          </div>
        )}
      </div>
      <input type="hidden" name="_csrf" value={props.csrf} />
      {Object.entries(props.fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <div class="card-foot px-5 py-3">
        {onKeep && (
          <button type="button" class="btn push" onClick={onKeep}>{props.keep_label}</button>
        )}
        <button
          type="submit"
          class={onKeep ? "btn btn-danger" : "btn btn-danger push"}
          disabled={blocked}
        >
          {props.confirm_label}
        </button>
      </div>
    </form>
  );
}
