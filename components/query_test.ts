import assert from "node:assert/strict";
import { dayBound, filledQuery, withDayBounds } from "./query.ts";

const URL_OF_JOBS = new URL("http://server.test/jobs?status=failed&kind=&offset=50");

Deno.test("filledQuery() leaves out what a form left empty", () => {
  assert.deepEqual(filledQuery(URL_OF_JOBS), { status: "failed", offset: "50" });
});

Deno.test("dayBound() spans the whole day and leaves everything else to the schema", () => {
  const start_ms = Date.parse(dayBound("2026-11-12", "start"));
  const end_ms = Date.parse(dayBound("2026-11-12", "end"));
  assert.equal(end_ms - start_ms, 86_400_000 - 1);
  assert.equal(dayBound("yesterday", "start"), "yesterday");
  assert.equal(dayBound("2026-99-99", "end"), "2026-99-99");
});

Deno.test("withDayBounds() touches only since and until", () => {
  assert.deepEqual(withDayBounds({ tag: "2026-11-12" }), { tag: "2026-11-12" });
  assert.match(withDayBounds({ since: "2026-11-12" })["since"]!, /Z$/);
});
