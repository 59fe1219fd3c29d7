/** @module Figures beside their budgets, as a table and as JSON. */

/** One budget of the product and what was measured. A budget is the most that is allowed. */
export interface Figure {
  name: string;
  unit: string;
  /** null for a figure that only explains another. */
  budget: number | null;
  /** null if it could not be measured; `note` says why. */
  measured: number | null;
  note: string;
}

/** Whether the budget is kept; null without a budget or a measurement. */
export function isKept({ budget, measured }: Figure): boolean | null {
  return budget === null || measured === null ? null : measured <= budget;
}

/** The figures as a table for a terminal. */
export function renderTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    figure.budget === null ? "" : `≤ ${number(figure.budget)} ${figure.unit}`.trim(),
    figure.measured === null ? "not measured" : `${number(figure.measured)} ${figure.unit}`.trim(),
    verdict(figure),
    figure.note,
  ]);
  const all = [["what", "budget", "measured", "", "how"], ...rows];
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...all.map((row) => [...row[column] ?? ""].length))
  );
  return all.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()
  ).join("\n");
}

/** The median. @throws {RangeError} if there is none */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError("No value, no median.");
  return (upper + lower) / 2;
}

/** The value that 95 of 100 do not exceed. @throws {RangeError} if there is none */
export function p95(values: readonly number[]): number {
  return percentile(values, 0.95);
}

/** The value that this share of all (0 to 1) does not exceed. @throws {RangeError} if there is none */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  const value = sorted[Math.ceil(sorted.length * share) - 1];
  if (value === undefined) throw new RangeError("No value, no percentile.");
  return value;
}

/** The figure of something that could not be measured, with the reason. */
export function skipped(figure: Pick<Figure, "name" | "unit" | "budget">, error: unknown): Figure {
  const reason = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
  return { ...figure, measured: null, note: `skipped: ${reason}` };
}

function verdict(figure: Figure): string {
  const kept = isKept(figure);
  return kept === null ? "" : kept ? "kept" : "MISSED";
}

function number(value: number): string {
  return value.toFixed(value < 10 ? 3 : 1).replace(/\.?0+$/, "");
}
