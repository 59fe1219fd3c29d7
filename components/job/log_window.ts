/** @module Which rows of a long log are on screen. Pure; heights are counted in rows of 20 px. */

/** Height of one row of the log, in px. */
export const ROW_PX = 20;
/** Rows drawn above and below what is visible, so that a fast scroll meets no white. */
const OVERSCAN_ROWS = 20;

export interface LogWindow {
  /** First line to draw. */
  start: number;
  /** One past the last line to draw. */
  end: number;
  /** Empty space above and below, in px. */
  before_px: number;
  after_px: number;
}

/** Rows that each line takes when a row holds `columns` characters. */
export function rowsOfLines(texts: readonly string[], columns: number): Uint32Array {
  const rows = new Uint32Array(texts.length);
  for (let i = 0; i < texts.length; i++) {
    rows[i] = Math.max(1, Math.ceil(texts[i]!.length / Math.max(1, columns)));
  }
  return rows;
}

/** Rows above each line, and as the last element the rows of all: one longer than `rows`. */
export function rowsAbove(rows: Uint32Array): Float64Array {
  const above = new Float64Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) above[i + 1] = above[i]! + rows[i]!;
  return above;
}

/** The window of lines of one row each. */
export function evenWindow(count: number, scroll_px: number, height_px: number): LogWindow {
  const first = Math.floor(Math.max(0, scroll_px) / ROW_PX) - OVERSCAN_ROWS;
  const start = Math.min(Math.max(0, first), count);
  const shown = Math.ceil(height_px / ROW_PX) + 2 * OVERSCAN_ROWS + 1;
  const end = Math.min(count, start + shown);
  return { start, end, before_px: start * ROW_PX, after_px: (count - end) * ROW_PX };
}

/** The window of lines of different heights; `above` as {@link rowsAbove} makes it. */
export function unevenWindow(
  above: Float64Array,
  scroll_px: number,
  height_px: number,
): LogWindow {
  const count = above.length - 1;
  const top = Math.max(0, scroll_px) / ROW_PX - OVERSCAN_ROWS;
  const bottom = (Math.max(0, scroll_px) + height_px) / ROW_PX + OVERSCAN_ROWS;
  const start = lineAtRow(above, Math.max(0, top));
  const end = Math.min(count, lineAtRow(above, bottom) + 1);
  return {
    start,
    end,
    before_px: above[start]! * ROW_PX,
    after_px: (above[count]! - above[end]!) * ROW_PX,
  };
}

/** The line that contains this row; the last one past the end; 0 when there is none. */
function lineAtRow(above: Float64Array, row: number): number {
  let low = 0;
  let high = Math.max(0, above.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (above[middle]! <= row) low = middle;
    else high = middle - 1;
  }
  return low;
}
