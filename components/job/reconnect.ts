/** @module When to try a lost connection again. */

/** Milliseconds to wait before attempt `attempt` (from 0): 1 s doubling to 30 s, half of it random. */
export function reconnectDelayMs(attempt: number, random: () => number = Math.random): number {
  const full_ms = Math.min(30_000, 1000 * 2 ** Math.min(attempt, 10));
  return Math.round(full_ms / 2 + random() * full_ms / 2);
}
