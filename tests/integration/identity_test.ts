import assert from "node:assert/strict";
import { join } from "node:path";
import { projectDir } from "../../server/tasks/setup.ts";
import { plainEnvironment } from "../../server/tasks/stack/processes.ts";
import { ended, randomFolder, readyHost, startSlowly } from "../faults.ts";
import { Stack } from "../stack.ts";

/** Everything below a folder, as a copied disk has it. */
async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true, mode: 0o700 });
  for await (const entry of Deno.readDir(from)) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory) await copyFolder(source, target);
    else await Deno.copyFile(source, target);
  }
}

/** What `status` prints for people. */
async function statusOf(dir: string): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", join(projectDir(), "agent", "main.ts"), "status"],
    env: {
      ...plainEnvironment(),
      RM_AGENT_CONFIG_DIR: join(dir, "config"),
      RM_AGENT_STATE_DIR: join(dir, "state"),
    },
    clearEnv: true,
  }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test("a copy of a host's disk gets nothing while the host is there, and its place when it is gone", async (t) => {
  const stack = await Stack.start();
  try {
    const source = await randomFolder(stack, "source", 3_000_000);
    const host = await readyHost(stack, "web-01", [source]);
    const { id } = await startSlowly(stack, host);
    const clone = stack.agent("clone");
    await copyFolder(join(host.agent.dir, "config"), join(clone.dir, "config"));
    await copyFolder(join(host.agent.dir, "state"), join(clone.dir, "state"));
    // A newer config from now on, which must not reach the copy.
    const { password } = host;
    await stack.api.call("PUT", `/api/hosts/${host.id}/credentials`, { password });
    const secrets = await Deno.readFile(join(clone.dir, "state", "secrets.enc"));
    clone.start();

    await t.step("the copy is turned away and says why", async () => {
      await stack.poll("its log", () => clone.output, (text) => text.includes("not connected"));
      assert.match(clone.output, /duplicate_identity: Another machine uses the identity/);
      assert.doesNotMatch(clone.output, /connected to http/);
      assert.match(await statusOf(clone.dir), /server is duplicate_identity/);
    });

    await t.step("it got no secret, and nothing of what it would report was taken", async () => {
      assert.deepEqual(await Deno.readFile(join(clone.dir, "state", "secrets.enc")), secrets);
      assert.equal((await stack.job(id)).status, "running");
    });

    await t.step("the host's page and the overview say it, once in the audit log", async () => {
      const row = await stack.host(host.id);
      assert.deepEqual([row.obstacle, row.identity_conflict?.present], [
        "duplicate_identity",
        true,
      ]);
      const page = await (await fetch(`${stack.server.url}/hosts/${host.id}`, {
        headers: { cookie: stack.api.cookie },
      })).text();
      assert.match(page, /Two machines use the identity of web-01/);
      assert.match(page, /127\.0\.0\.1/);
      const { items } = await stack.api.call<{ items: unknown[] }>(
        "GET",
        "/api/audit?action=host.identity_conflict",
      );
      assert.equal(items.length, 1);
    });

    await t.step("the first machine goes on and finishes its backup", async () => {
      const job = await ended(stack, id);
      assert.equal(job.status, "succeeded", job.error ?? "");
    });

    await t.step("when the first is gone, the copy takes its place", async () => {
      await host.agent.stop();
      await clone.stop();
      clone.start();
      await stack.poll("its log", () => clone.output, (text) => text.includes("connected to http"));
      const conflict = (await stack.host(host.id)).identity_conflict;
      assert.notEqual(conflict, null, "it is still told");
    });
  } finally {
    await stack.stop();
  }
});
