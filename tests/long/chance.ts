/** @module Chance that can be repeated: the seed is printed, and RM_SEED gives it again. */

export interface Chance {
  readonly seed: number;
  /** From 0 up to, not including, 1. */
  next(): number;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  shuffled<T>(items: readonly T[]): T[];
}

/** From RM_SEED, else from a seed of its own. */
export function seededChance(): Chance {
  const given = Number(Deno.env.get("RM_SEED") ?? NaN);
  const seed = Number.isSafeInteger(given) ? given : Math.floor(Math.random() * 2 ** 32);
  let state = seed >>> 0;
  // mulberry32
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    seed,
    next,
    between,
    shuffled<T>(items: readonly T[]): T[] {
      const left = [...items];
      return items.map(() => left.splice(between(0, left.length - 1), 1)[0]!);
    },
  };
}
