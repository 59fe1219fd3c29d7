import assert from "node:assert/strict";
import { AppError } from "../errors.ts";
import { AddHostRequest } from "../protocol/rest.ts";
import { orRefusal } from "./form_errors.ts";

Deno.test("orRefusal() names each wrong field and the line inside a list", async () => {
  const { refusal } = await orRefusal(() =>
    AddHostRequest.parse({
      name: "",
      os: "linux",
      backup_set: { paths: ["/etc", "home"], excludes: [], tags: [] },
      repository: { url: "ftp://x" },
    })
  );
  assert.equal(refusal?.status, 400);
  assert.equal(refusal?.errors["name"], "Give the host a name");
  assert.match(refusal?.errors["backup_set.paths"] ?? "", /^Line 2: must be absolute/);
  assert.match(refusal?.errors["repository.url"] ?? "", /^Must be the address of a REST server/);
});

Deno.test("orRefusal() keeps the field and the hint of an AppError", async () => {
  const { refusal } = await orRefusal(() => {
    throw new AppError("name_taken", "There is a host of this name", {
      field: "name",
      hint: "Choose another",
    });
  });
  assert.deepEqual(refusal, {
    status: 409,
    errors: { name: "There is a host of this name. Choose another" },
  });
});

Deno.test("orRefusal() throws on what is no mistake of the user", async () => {
  await assert.rejects(() =>
    orRefusal(() => {
      throw new TypeError("broken");
    })
  );
});
