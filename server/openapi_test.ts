import assert from "node:assert/strict";
import { OPERATIONS } from "./api_operations.ts";
import { ROUTE_ACCESS } from "./auth/route_access.ts";
import { openApiDocument } from "./openapi.ts";
import { routeFiles, testApp } from "./testing.ts";

const patternOf = (id: string) => id.replace(/\/index$/, "").replaceAll(/\[(\w+)\]/g, ":$1");

Deno.test("Every file under routes/api is in the table of operations, and nothing else is", () => {
  const files = [...routeFiles().keys()].filter((id) => id.startsWith("/api/")).map(patternOf);
  assert.deepEqual(Object.keys(OPERATIONS).sort(), files.sort());
});

Deno.test("The operations have the methods that the table of roles lets in", () => {
  for (const [pattern, methods] of Object.entries(OPERATIONS)) {
    assert.deepEqual(
      Object.keys(methods).sort(),
      Object.keys(ROUTE_ACCESS[pattern] ?? {}).sort(),
      pattern,
    );
  }
});

Deno.test("GET /api/openapi.json answers OpenAPI 3.1 with parameters, bodies, errors and roles", async () => {
  const app = await testApp();
  await app.signIn("viewer");
  const answer = await app.ask("/api/openapi.json");
  assert.equal(answer.status, 200);
  const document = await answer.json();
  assert.deepEqual(document, JSON.parse(JSON.stringify(openApiDocument("http://localhost:8080"))));
  assert.equal(document.openapi, "3.1.0");
  const start = document.paths["/api/hosts/{id}/jobs"].post;
  assert.equal(start["x-least-role"], "operator");
  assert.deepEqual(start.parameters.map((p: { name: string }) => p.name), ["id"]);
  assert.deepEqual(start.requestBody.content["application/json"].schema.required, ["kind"]);
  assert.ok(start.responses["201"] && start.responses.default);
  const limit = document.paths["/api/jobs"].get.parameters
    .find((p: { name: string }) => p.name === "limit");
  assert.equal(limit.required, false);
  assert.equal(limit.schema.maximum, 500);
  app.services.db.close();
});
