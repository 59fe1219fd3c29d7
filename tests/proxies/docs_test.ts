import assert from "node:assert/strict";
import { join } from "node:path";
import { projectDir } from "../../server/tasks/setup.ts";

Deno.test("the operator's guide shows the proxies' files that the tests run", async () => {
  const guide = await Deno.readTextFile(join(projectDir(), "docs", "operations", "server.md"));
  for (const name of ["Caddyfile", "nginx.conf"]) {
    const text = await Deno.readTextFile(join(projectDir(), "deploy", "proxy", name));
    assert.ok(guide.includes(text.trimEnd()), `docs/operations/server.md differs from ${name}`);
  }
});
