import assert from "node:assert/strict";
import type { Snapshot } from "../server/protocol/entities.ts";
import { intoPages } from "./repository_reports.ts";

function aSnapshot(paths = ["/data"]): Snapshot {
  return {
    id: "c0ffee00",
    time: "2026-11-12T08:42:05Z",
    hostname: "web-01",
    username: null,
    paths,
    tags: [],
    parent: null,
    program_version: null,
    size_bytes: null,
    file_count: null,
    added_bytes: null,
  };
}

Deno.test("intoPages() makes one empty page of an empty list", () => {
  assert.deepEqual(intoPages([]), [[]]);
});

Deno.test("intoPages() makes pages of 500", () => {
  const pages = intoPages(Array.from({ length: 1001 }, () => aSnapshot()));
  assert.deepEqual(pages.map((page) => page.length), [500, 500, 1]);
});

Deno.test("intoPages() keeps each page under a frame, whatever the paths", () => {
  const long = aSnapshot(Array.from({ length: 20 }, () => "/" + "\u0001".repeat(4000)));
  const pages = intoPages([...Array.from({ length: 30 }, () => long)]);
  assert.equal(pages.flat().length, 30);
  for (const page of pages) assert.ok(JSON.stringify(page).length < 1_000_000);
  const huge = aSnapshot(Array.from({ length: 1000 }, () => "/" + "x".repeat(4000)));
  assert.ok(JSON.stringify(intoPages([huge])).length < 1_000_000);
  assert.ok(intoPages([huge])[0]![0]!.paths.length > 10);
});
