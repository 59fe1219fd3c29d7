import assert from "node:assert/strict";
import { join } from "node:path";
import { AGENT_DENO_FLAGS, SERVER_DENO_FLAGS } from "./deno_flags.ts";
import { projectDir } from "./setup.ts";

const read = (...path: string[]) => Deno.readTextFileSync(join(projectDir(), ...path));

Deno.test("The installer starts the agent with the options that its memory is measured with", () => {
  assert.ok(read("deploy", "install", "install.sh").includes(AGENT_DENO_FLAGS.join(" ")));
});

Deno.test("The container and `task start` run the server with the options that it is measured with", () => {
  const { tasks } = JSON.parse(read("deno.json"));
  assert.ok(tasks.start.includes(SERVER_DENO_FLAGS.join(" ")));
  const quoted = SERVER_DENO_FLAGS.map((flag) => `"${flag}"`).join(", ");
  assert.ok(read("deploy", "Dockerfile").includes(quoted));
});
