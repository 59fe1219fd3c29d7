import assert from "node:assert/strict";
import { grouped, stretchHeading } from "./days.ts";

const at = (text: string) => new Date(text).getTime();
const NOW_MS = at("2026-11-12T09:42:05"); // A Thursday.

Deno.test("stretchHeading() tells weeks from Monday on, then months, then years", () => {
  const headings = [
    "2026-11-12T02:30:00",
    "2026-11-09T00:00:00",
    "2026-11-08T23:59:59",
    "2026-11-02T00:00:00",
    "2026-11-01T12:00:00",
    "2026-10-31T12:00:00",
    "2025-12-31T12:00:00",
  ].map((text) => stretchHeading(at(text), NOW_MS));
  assert.deepEqual(headings, [
    "This week",
    "This week",
    "Last week",
    "Last week",
    "November",
    "October",
    "December 2025",
  ]);
});

Deno.test("grouped() keeps the order in which headings first come up", () => {
  assert.deepEqual(grouped(["b1", "a1", "b2"], (item) => item[0]!), [
    { heading: "b", items: ["b1", "b2"] },
    { heading: "a", items: ["a1"] },
  ]);
});
