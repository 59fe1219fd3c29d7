import assert from "node:assert/strict";
import * as z from "zod";
import { AppError, errorBody, toAppError } from "./errors.ts";

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  assert.fail("nothing was thrown");
}

Deno.test("toAppError() names the field that a schema refuses, and a field that is unknown", () => {
  const schema = z.object({ repository: z.object({ url: z.string() }).strict() }).strict();
  const wrong = toAppError(thrownBy(() => schema.parse({ repository: { url: 1 } })));
  assert.deepEqual([wrong.code, wrong.field, wrong.status], [
    "invalid_field",
    "repository.url",
    400,
  ]);
  const extra = toAppError(
    thrownBy(() => schema.parse({ repository: { url: "x", colour: "blue" } })),
  );
  assert.deepEqual([extra.code, extra.field], ["unknown_field", "repository.colour"]);
});

Deno.test("toAppError() does not repeat an unknown field's name that looks like no name", () => {
  const schema = z.object({ repository: z.object({}).strict() }).strict();
  for (const secret of ["violet anchor 71 ribbons", "s3cr3t+/=", "x".repeat(200)]) {
    const error = toAppError(thrownBy(() => schema.parse({ repository: { [secret]: 1 } })));
    assert.deepEqual([error.code, error.field], ["unknown_field", "repository"]);
    assert.ok(!JSON.stringify(errorBody(error, "r1")).includes(secret));
  }
});

Deno.test("toAppError() tells a full disk and a busy database from any other fault", () => {
  const of = (errcode: number) => toAppError(Object.assign(new Error("sqlite"), { errcode })).code;
  assert.equal(of(13), "storage_full");
  assert.equal(of(10 | (3 << 8)), "storage_failed");
  assert.equal(of(8), "storage_failed");
  assert.equal(of(5 | (2 << 8)), "busy");
  assert.equal(of(1), "internal");
});

Deno.test("toAppError() takes JSON that we could not read ourselves for a fault of ours", () => {
  assert.equal(toAppError(thrownBy(() => JSON.parse("{"))).code, "internal");
});

Deno.test("errorBody() of an unknown error says nothing of what it was", () => {
  const body = errorBody(toAppError(new Error("swordfish")), "r1");
  assert.equal(body.code, "internal");
  assert.ok(!JSON.stringify(body).includes("swordfish"));
  const own = new AppError("name_taken", "Taken", { field: "name", hint: "Choose another" });
  assert.deepEqual(errorBody(own, "r2"), {
    code: "name_taken",
    message: "Taken",
    field: "name",
    hint: "Choose another",
    request_id: "r2",
  });
});
