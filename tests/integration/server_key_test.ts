import assert from "node:assert/strict";
import { join } from "node:path";
import { projectDir } from "../../server/tasks/setup.ts";
import { plainEnvironment } from "../../server/tasks/stack/processes.ts";
import { Stack } from "../stack.ts";

/** `identity rotate` as an operator runs it. */
async function rotate(stack: Stack): Promise<{ code: number; text: string }> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", join(projectDir(), "server", "main.ts"), "identity", "rotate"],
    clearEnv: true,
    env: { ...plainEnvironment(), RM_DATA_DIR: join(stack.dir, "server") },
    stdin: "null",
  }).output();
  return { code, text: new TextDecoder().decode(stderr) };
}

Deno.test("agents follow a server whose key was changed, also those that were away", async () => {
  const stack = await Stack.start();
  try {
    const data = join(stack.dir, "files");
    await Deno.mkdir(data);
    await Deno.writeTextFile(join(data, "a"), "one");
    const here = await stack.addHost("here", [data]);
    const away = await stack.addHost("away", [data]);
    await away.agent.stop();
    const running = await rotate(stack);
    assert.equal(running.code, 78, "not under a running server");

    for (let change = 1; change <= 2; change++) {
      await stack.server.stop();
      const { code, text } = await rotate(stack);
      assert.equal(code, 0, text);
      assert.equal(text.match(/SHA256:/g)?.length, 2);
      await stack.startServer();
      await stack.poll(
        "the agent to follow",
        async () =>
          JSON.parse(await Deno.readTextFile(join(here.agent.dir, "config", "agent.yaml"))),
        (config) => config.server_key_changes.length === change,
      );
    }
    away.agent.start();
    for (const host of [here, away]) {
      await stack.poll("it to be online", () => stack.host(host.id), (h) => h.status === "online");
      assert.equal((await stack.runJob(host.id, { kind: "init" })).status, "succeeded");
    }
    const late = await stack.addHost("late", [data]);
    await stack.poll("it to be online", () => stack.host(late.id), (h) => h.status === "online");
  } finally {
    await stack.stop();
  }
});
