import assert from "node:assert/strict";
import { withQuery } from "./Pager.tsx";

Deno.test("withQuery() keeps the other parameters and goes back to the first page", () => {
  const url = new URL("http://x/hosts?q=web&state=failed&offset=50");
  assert.equal(withQuery(url, { state: undefined }), "/hosts?q=web");
  assert.equal(withQuery(url, { state: "stale" }), "/hosts?q=web&state=stale");
  assert.equal(withQuery(url, { offset: "100" }), "/hosts?q=web&state=failed&offset=100");
  assert.equal(withQuery(new URL("http://x/?q=a b"), { q: undefined }), "/");
});
