/** @module Values that nobody honest sends. */
import { HOSTILE } from "../browser/hostile_strings.ts";

/** JSON text that is put into a frame as it is: numbers that no JavaScript value prints as. */
export class Raw {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export const NUMBERS: unknown[] = [
  ...[-1, 0, 0.5, 256, 65_536, 2 ** 31, 2 ** 53 - 1, 2 ** 53, -(2 ** 53), 1e308, -1e308, 5e-324],
  ...["-0", "1e999", "-1e999", "9007199254740993", `1${"0".repeat(400)}`].map((n) => new Raw(n)),
  ...["NaN", "Infinity", "0x10", "1e3", "１２", "-1"],
];

export const TIMES: string[] = [
  "1970-01-01T00:00:00Z",
  "2999-12-31T23:59:59.999Z",
  "9999-12-31T23:59:59.999999999999Z",
  "0000-01-01T00:00:00Z",
  "2026-02-30T00:00:00Z",
  "2026-11-12T24:00:00Z",
  "2026-11-12T23:59:60Z",
  "2026-11-12T08:00:00+02:00",
  "+275760-09-13T00:00:00.000Z",
  "-000001-01-01T00:00:00Z",
  "12 November 2026",
];

export const STRINGS: string[] = [
  ...HOSTILE,
  "",
  " ",
  "\0",
  "before\0after",
  "\r\n\r\nHTTP/1.1 200 OK",
  "\ud800",
  "\udfff\ud800 turned",
  "half a pair \ud83d",
  "\ufffe\uffff",
  "a".repeat(5000),
  "€".repeat(70_000),
  "ﷺ".repeat(500),
  "%s%n%x",
  "constructor.prototype",
  "../../../../../../etc/passwd\0.png",
];

/** Keys that mean something to JavaScript, and ids in places where a message has none. */
export const KEYS: string[] = [
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "toJSON"],
  ...["host_id", "id", "type", "report", "length", "0", ""],
];

export const SHAPES: unknown[] = [
  ...[null, true, false, [], {}, [[]], [null], { length: 1e9 }, {
    length: { toString: 1, valueOf: 1 },
  }, [1, [2, [3]]]],
  new Raw("[".repeat(2000) + "]".repeat(2000)),
  new Raw('{"a":'.repeat(2000) + "1" + "}".repeat(2000)),
  new Raw('{"type":"hello","type":"heartbeat"}'),
  new Raw('{"__proto__":{"polluted":true}}'),
];
