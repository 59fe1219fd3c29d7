/** @module Where one stands on a way of a few steps. */
import { Icon } from "./Icon.tsx";

/** Numbered steps; those before `at` are done. `at` counts from 0. */
export function Steps({ steps, at }: { steps: string[]; at: number }) {
  return (
    <ol class="steps" aria-label="Progress" data-live="steps">
      {steps.map((step, index) => (
        <li
          key={step}
          data-done={index < at ? "" : undefined}
          aria-current={index === at ? "step" : undefined}
        >
          <span class="n">{index < at ? <Icon name="check" label="Done" /> : index + 1}</span>
          <span class="lbl">{step}</span>
        </li>
      ))}
    </ol>
  );
}
