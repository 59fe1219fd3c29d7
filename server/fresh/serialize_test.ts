import { signal } from "@preact/signals";
import * as fc from "fast-check";
import assert from "node:assert/strict";
import { deserialize, serialize } from "./serialize.ts";

function roundTrip(value: unknown): unknown {
  return deserialize(serialize(value), signal);
}

Deno.test("serialize keeps plain data, dates, maps, sets and big integers", () => {
  const value = {
    text: "a",
    none: undefined,
    nothing: null,
    list: [1, [], [[-0, NaN, Infinity, -Infinity]]],
    when: new Date(5),
    map: new Map<unknown, unknown>([["a", new Set([1, 2])], [{ k: 1 }, null]]),
    big: 2n ** 70n,
  };
  assert.deepEqual(roundTrip(value), value);
});

Deno.test("serialize keeps signals, and one signal stays one", () => {
  const shared = signal({ open: true });
  const back = roundTrip({ a: shared, b: [shared] }) as { a: typeof shared; b: (typeof shared)[] };
  assert.deepEqual(back.a.value, { open: true });
  assert.equal(back.a, back.b[0]);
});

Deno.test("serialize takes a database row, which has no prototype", () => {
  const row = Object.assign(Object.create(null), { id: 1, type: "x", props: "y" });
  assert.deepEqual({ ...roundTrip(row) as object }, { id: 1, type: "x", props: "y" });
});

Deno.test("serialize keeps a property called __proto__ without touching the prototype", () => {
  const back = roundTrip(JSON.parse('{"__proto__":{"admin":true}}')) as Record<string, unknown>;
  assert.deepEqual(Object.keys(back), ["__proto__"]);
  assert.equal(back["admin"], undefined);
});

Deno.test("serialize keeps an object that contains itself", () => {
  const loop: Record<string, unknown> = { name: "loop" };
  loop["self"] = loop;
  const back = roundTrip(loop) as typeof loop;
  assert.equal(back["self"], back);
});

Deno.test("serialize names the property that cannot be sent", () => {
  assert.throws(() => serialize({ a: [{ onClick: () => {} }] }), /props\.a\[0\]\.onClick/);
  assert.throws(() => serialize({ map: new URL("http://localhost") }), /class instance/);
});

Deno.test("serialize has nothing in it that ends a script element or its line", () => {
  const json = serialize({ "</script>": "</ScRiPt><!--\u2028\u2029-->" });
  assert.doesNotMatch(json, /[<>\u2028\u2029]/);
  assert.deepEqual(deserialize(json), { "</script>": "</ScRiPt><!--\u2028\u2029-->" });
});

Deno.test("deserialize gives back whatever data serialize was given", () => {
  fc.assert(
    fc.property(
      fc.anything({ withDate: true, withMap: true, withSet: true, withBigInt: true }),
      (value) => {
        assert.deepEqual(deserialize(serialize(value)), value);
      },
    ),
  );
});
