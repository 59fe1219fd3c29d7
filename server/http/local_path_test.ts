import assert from "node:assert/strict";
import { localPath } from "./local_path.ts";

Deno.test("localPath() keeps a path of this server", () => {
  assert.equal(localPath("/hosts?state=failed"), "/hosts?state=failed");
  assert.equal(localPath("/"), "/");
});

Deno.test("localPath() never leads to another site", () => {
  for (
    const wanted of [
      "//evil.example/",
      "/\\evil.example/",
      "/\t/evil.example/",
      "https://evil.example/",
      "javascript:alert(1)",
      "/..//evil.example",
      "",
      null,
    ]
  ) {
    assert.equal(localPath(wanted), "/", String(wanted));
  }
});
