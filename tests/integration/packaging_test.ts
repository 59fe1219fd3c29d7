import assert from "node:assert/strict";
import { join } from "node:path";
import { projectDir } from "../../server/tasks/setup.ts";
import { Stack } from "../stack.ts";

/** Copies a one-file build to an empty folder, where nothing else can help it. */
async function alone(name: string): Promise<{ file: string; cwd: string }> {
  const cwd = await Deno.makeTempDir({ prefix: "rm-alone-" });
  await Deno.copyFile(join(projectDir(), ".build", name), join(cwd, name));
  return { file: join(cwd, name), cwd };
}

Deno.test("the one-file server and agent do a backup from an empty folder", async () => {
  const server_entry = await alone("server.js");
  const agent_entry = await alone("agent.js");
  const stack = await Stack.start({ server_entry, agent_entry });
  try {
    const source = join(stack.dir, "source");
    await Deno.mkdir(source);
    await Deno.writeTextFile(join(source, "letter.txt"), "the only copy");
    const host = await stack.addHost("box-01", [source]);
    assert.equal((await stack.runJob(host.id, { kind: "init" })).status, "succeeded");
    const job = await stack.runJob(host.id, { kind: "backup" });
    assert.equal(job.status, "succeeded", job.error ?? "");
    const { stdout } = await stack.restic(host, "snapshots", "--json");
    assert.equal(JSON.parse(stdout)[0].id, job.stats?.snapshot_id);

    const page = await fetch(stack.server.url + "/login");
    assert.equal(page.status, 200);
    const styles = /href="([^"]+\.css[^"]*)"/.exec(await page.text())?.[1];
    assert.ok(styles, "the page names its styles");
    assert.equal(
      (await (await fetch(stack.server.url + styles)).text()).includes("--color-ink"),
      true,
    );
  } finally {
    await stack.stop();
    for (const { cwd } of [server_entry, agent_entry]) await Deno.remove(cwd, { recursive: true });
  }
});

Deno.test("the served agent is the built one, with its checksum beside it", async () => {
  const stack = await Stack.start();
  try {
    const body = await (await fetch(stack.server.url + "/install/agent.js")).arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
    const hex = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const sum = await (await fetch(stack.server.url + "/install/agent.js.sha256")).text();
    assert.equal(sum.split(/\s+/)[0], hex);
  } finally {
    await stack.stop();
  }
});
