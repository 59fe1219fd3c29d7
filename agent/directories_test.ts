import assert from "node:assert/strict";
import { join } from "node:path";
import { findDirectories } from "./directories.ts";
import { AgentState } from "./state.ts";

Deno.test("findDirectories() makes relative folders absolute: restic runs in another folder", () => {
  const { config_dir, state_dir } = findDirectories({ config_dir: "here", state_dir: "./there/" });
  assert.equal(config_dir, join(Deno.cwd(), "here"));
  assert.equal(state_dir, join(Deno.cwd(), "there"));
});

Deno.test("AgentState keeps its file to itself, whatever the umask", async () => {
  const dir = await Deno.makeTempDir();
  const path = join(dir, "state.db");
  const before = Deno.umask(0o022);
  try {
    using state = new AgentState(path, "host");
    state.seen.setFact("a", "b");
    for await (const { name } of Deno.readDir(dir)) {
      assert.equal((await Deno.stat(join(dir, name))).mode! & 0o077, 0, name);
    }
  } finally {
    Deno.umask(before);
  }
  await Deno.remove(dir, { recursive: true });
});
