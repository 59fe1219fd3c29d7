/** @module A question that a page comes with, by its address: a dialog that needs no script. */
import type { ComponentChildren } from "preact";
import ModalAsk from "../islands/ModalAsk.tsx";
import { CsrfField } from "./Field.tsx";

export interface AskProps {
  title: string;
  csrf: string;
  /** What the form sends beside its fields. */
  fields: Record<string, string>;
  /** The page without the question. */
  back: string;
  /** Before the form, as another form. */
  before?: ComponentChildren;
  children: ComponentChildren;
  label: string;
  tone?: "danger" | "primary";
  /** Why it cannot be done. */
  disabled?: boolean;
  keep_label: string;
}

const ID = "ask";

/** Title, fields, the button that does it and the way out. */
export function Ask(props: AskProps) {
  const { title, csrf, fields, back, before, children, label, tone = "primary" } = props;
  return (
    <>
      <dialog class="dialog asked" id={ID} open aria-labelledby="ask-title">
        <div class="stack gap-3 px-5 pt-5">
          <h2 class="h2 break" id="ask-title">{title}</h2>
          {before}
        </div>
        <form method="post" action={back}>
          <div class="stack gap-3 px-5 pt-3 pb-5">{children}</div>
          <CsrfField token={csrf} />
          {Object.entries(fields).map(([name, value]) => (
            <input key={name} type="hidden" name={name} value={value} />
          ))}
          <div class="card-foot px-5 py-3">
            <a class="btn push" href={back} data-leave>{props.keep_label}</a>
            <button
              type="submit"
              class={tone === "danger" ? "btn btn-danger" : "btn btn-primary"}
              disabled={props.disabled}
            >
              {label}
            </button>
          </div>
        </form>
      </dialog>
      <ModalAsk dialog={ID} back={back} />
    </>
  );
}
