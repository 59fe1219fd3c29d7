/** @module Bars. Drawn as SVG, because the content security policy allows no style attributes. */
import { wholePercent } from "./format.ts";
import type { Tone } from "./vocabulary.ts";

export interface ProgressProps {
  /** 0 to 1. */
  fraction: number;
  label: string;
  tone?: Tone;
  large?: boolean;
}

/** A progress bar with its value for readers. */
export function Progress({ fraction, label, tone = "run", large }: ProgressProps) {
  const value = wholePercent(fraction);
  return (
    <div
      class={large ? "bar bar-lg" : "bar"}
      data-s={tone}
      role="progressbar"
      aria-valuenow={value}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-label={label}
    >
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect width={Math.min(100, Math.max(0, fraction * 100))} height="10" />
      </svg>
    </div>
  );
}
