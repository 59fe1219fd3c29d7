/** @module Mutations of JSON text: of its structure, of its text, of its bytes. Seeded, so repeatable. */
import type { Chance } from "../long/chance.ts";
import { KEYS, NUMBERS, Raw, SHAPES, STRINGS, TIMES } from "./hostile_values.ts";

type Container = Record<string, unknown> | unknown[];
interface Place {
  within: Container;
  key: string;
}

/** A valid value as JSON text, mutated in one to three places. `ids` are put where ids may matter. */
export function mutate(chance: Chance, valid: unknown, ids: readonly string[]): string {
  const roll = chance.next();
  if (roll < 0.75) return structure(chance, valid, ids);
  if (roll < 0.85) return textually(chance, JSON.stringify(valid));
  return bytes(chance, JSON.stringify(valid));
}

/** One of the values that nobody honest sends. */
export function hostileValue(chance: Chance, ids: readonly string[]): unknown {
  const lists: readonly unknown[][] = [NUMBERS, TIMES, STRINGS, SHAPES, [...ids], NUMBERS];
  const value = pick(chance, pick(chance, lists)) ?? null;
  return value instanceof Raw ? value : structuredClone(value);
}

/** JSON text of a value that may hold {@link Raw}. */
export function toText(value: unknown): string {
  const raws: string[] = [];
  const text = JSON.stringify(value, (_key, inner) => {
    if (!(inner instanceof Raw)) return inner;
    raws.push(inner.text);
    return `@raw${raws.length - 1}@`;
  }) ?? "";
  return text.replace(/"@raw(\d+)@"/g, (_all, n) => raws[Number(n)]!);
}

/** Every place of a value, however deep. */
export function placesOf(value: unknown): Place[] {
  if (typeof value !== "object" || value === null || value instanceof Raw) return [];
  const within = value as Container;
  return Object.keys(within).flatMap((key) => [{ within, key }, ...placesOf(at({ within, key }))]);
}

export function pick<T>(chance: Chance, list: readonly T[]): T {
  return list[chance.between(0, list.length - 1)]!;
}

function structure(chance: Chance, valid: unknown, ids: readonly string[]): string {
  const value = structuredClone(valid);
  for (let n = chance.between(1, 3); n > 0; n--) {
    const places = placesOf(value);
    if (places.length === 0) break;
    change(chance, pick(chance, places), { places, ids });
  }
  return toText(value);
}

function change(
  chance: Chance,
  place: Place,
  { places, ids }: { places: Place[]; ids: readonly string[] },
): void {
  const { within, key } = place;
  switch (chance.between(0, 8)) {
    case 0:
      if (Array.isArray(within)) within.splice(Number(key), 1);
      else delete within[key];
      return;
    case 1: {
      const other = pick(chance, places);
      const value = structuredClone(plain(at(place)));
      put(place, structuredClone(plain(at(other))));
      put(other, value);
      return;
    }
    case 2:
      return put(place, toText(at(place)));
    case 3:
      return put(place, [at(place)]);
    case 4: {
      const value = at(place);
      if (!Array.isArray(value)) return put(place, { [pick(chance, KEYS)]: value });
      const times = pick(chance, [2, 501, 3000]);
      return put(place, Array.from({ length: times }, () => value[0] ?? null));
    }
    case 5:
      if (Array.isArray(within)) within.push(hostileValue(chance, ids));
      else define(within, pick(chance, KEYS), hostileValue(chance, ids));
      return;
    default:
      return put(place, hostileValue(chance, ids));
  }
}

function textually(chance: Chance, text: string): string {
  const where = chance.between(0, text.length);
  const insert = (what: string) => text.slice(0, where) + what + text.slice(where);
  switch (chance.between(0, 7)) {
    case 0:
      return text.slice(0, where);
    case 1:
      return text + text;
    case 2:
      return text.replace("{", `{"type":"hello","type":"ack",`);
    case 3:
      return "[".repeat(100_000) + text;
    case 4:
      return insert("\ufeff");
    case 5:
      return insert(pick(chance, STRINGS));
    case 6:
      return text.replace(/\d+/, "1".repeat(chance.between(20, 5000)));
    default:
      return `[${text},${text}]`;
  }
}

function bytes(chance: Chance, text: string): string {
  const data = new TextEncoder().encode(text);
  for (let n = chance.between(1, 8); n > 0; n--) {
    const where = chance.between(0, data.length - 1);
    data[where] = chance.next() < 0.5
      ? data[where]! ^ (1 << chance.between(0, 7))
      : chance.between(0, 255);
  }
  return new TextDecoder().decode(data);
}

function at({ within, key }: Place): unknown {
  return (within as Record<string, unknown>)[key];
}

function put({ within, key }: Place, value: unknown): void {
  define(within, key, value);
}

/** As JSON.parse does it: `__proto__` becomes a key like any other. */
function define(within: Container, key: string, value: unknown): void {
  Object.defineProperty(within, key, {
    ...{ value, writable: true, enumerable: true, configurable: true },
  });
}

/** {@link Raw} cannot be cloned. */
function plain(value: unknown): unknown {
  return value instanceof Raw ? value.text : JSON.parse(toText(value) || "null");
}
