/** @module Form fields: a visible label, a hint, and an error tied to its field. */
import type { ComponentChildren, JSX } from "preact";
import { Icon } from "./Icon.tsx";

interface Labelled {
  name: string;
  label: string;
  /** A small word beside the label, as "optional" or "one a line". */
  note?: string;
  hint?: ComponentChildren;
  error?: string | undefined;
}

function describedBy({ name, hint, error }: Labelled): string | undefined {
  const ids = [
    error === undefined ? [] : `${name}-error`,
    hint === undefined ? [] : `${name}-hint`,
  ];
  const text = ids.flat().join(" ");
  return text === "" ? undefined : text;
}

function Frame({ field, children }: { field: Labelled; children: ComponentChildren }) {
  return (
    <div class="field">
      <label class="label" for={field.name}>
        {field.label} {field.note === undefined ? null : <small>{field.note}</small>}
      </label>
      {children}
      {field.error === undefined ? null : (
        <p class="err" id={`${field.name}-error`}>
          <Icon name="s-fail" size={14} />
          <span>{field.error}</span>
        </p>
      )}
      {field.hint === undefined ? null : <p class="hint" id={`${field.name}-hint`}>{field.hint}</p>}
    </div>
  );
}

export interface FieldProps extends Labelled {
  value?: string | undefined;
  type?: "text" | "password" | "url" | "search" | "number";
  mono?: boolean;
  required?: boolean;
  autocomplete?: string;
  autofocus?: boolean;
  input?: JSX.HTMLAttributes<HTMLInputElement> & Record<string, unknown>;
}

/** One line of text. A password is never filled again. */
export function Field(props: FieldProps) {
  const type = props.type ?? "text";
  return (
    <Frame field={props}>
      <input
        class={props.mono ? "input mono" : "input"}
        id={props.name}
        name={props.name}
        type={type}
        value={type === "password" ? undefined : props.value}
        required={props.required}
        autocomplete={props.autocomplete ?? "off"}
        autofocus={props.autofocus}
        spellcheck={false}
        aria-invalid={props.error === undefined ? undefined : "true"}
        aria-describedby={describedBy(props)}
        {...props.input}
      />
    </Frame>
  );
}

export interface TextAreaProps extends Labelled {
  value?: string | undefined;
  rows?: number;
  required?: boolean;
}

/** Several lines of paths or patterns. */
export function TextArea(props: TextAreaProps) {
  return (
    <Frame field={props}>
      <textarea
        class="textarea mono"
        id={props.name}
        name={props.name}
        rows={props.rows ?? 3}
        required={props.required}
        spellcheck={false}
        aria-invalid={props.error === undefined ? undefined : "true"}
        aria-describedby={describedBy(props)}
        value={props.value}
      />
    </Frame>
  );
}

export interface UnitFieldProps extends Labelled {
  value?: string | undefined;
  /** What stands behind the number, as KiB/s. */
  unit: string;
}

/** A number and its unit. */
export function UnitField(props: UnitFieldProps) {
  return (
    <Frame field={props}>
      <span class="unit">
        <input
          class="input"
          id={props.name}
          name={props.name}
          value={props.value}
          inputMode="decimal"
          autocomplete="off"
          aria-invalid={props.error === undefined ? undefined : "true"}
          aria-describedby={describedBy(props)}
        />
        <span>{props.unit}</span>
      </span>
    </Frame>
  );
}

export interface CheckProps {
  name: string;
  value?: string;
  checked?: boolean;
  label: string;
  hint?: ComponentChildren;
}

/** A box to tick. */
export function Check({ name, value = "on", checked, label, hint }: CheckProps) {
  return (
    <label class="check">
      <input type="checkbox" name={name} value={value} checked={checked} />
      <span>
        {label}
        {hint === undefined ? null : <span class="meta block">{hint}</span>}
      </span>
    </label>
  );
}

/** The token that a form must carry (see server/http/csrf). */
export function CsrfField({ token }: { token: string }) {
  return <input type="hidden" name="_csrf" value={token} />;
}
