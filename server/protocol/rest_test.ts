import assert from "node:assert/strict";
import { fieldErrors } from "../http/form_errors.ts";
import { EditHostRequest, Tag } from "./rest.ts";

Deno.test("A tag with a comma or a blank at its edge is refused: restic would make others of it", () => {
  for (const wrong of ["a,b", ",", " prod", "prod ", "prod\u00a0", "\tprod", "", " "]) {
    assert.ok(!Tag.safeParse(wrong).success, JSON.stringify(wrong));
  }
  for (const right of ["prod", "two words", "--tag", "a:b", "ä"]) {
    assert.equal(Tag.parse(right), right);
  }
});

Deno.test("A refused tag is named by its place, with what is wrong with it", () => {
  const given = {
    tags: ["prod", "a,b"],
    backup_set: { paths: [], excludes: [], tags: ["daily", "x", " y"] },
  };
  const { error } = EditHostRequest.safeParse(given);
  assert.deepEqual(fieldErrors(error!), {
    "tags": "Tag 2: cannot contain a comma",
    "backup_set.tags": "Tag 3: cannot begin or end with a blank",
  });
});
