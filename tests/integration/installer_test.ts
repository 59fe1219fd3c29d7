import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { projectDir } from "../../server/tasks/setup.ts";
import { Stack } from "../stack.ts";

Deno.test("the line of the install page turns an empty machine into an online host", async (t) => {
  const stack = await Stack.start();
  const prefix = join(stack.dir, "machine");
  const host = await stack.addPendingHost("web-01", [join(projectDir(), "docs")]);
  let agent: Deno.ChildProcess | undefined;
  try {
    await t.step("install.sh, as the server serves it, installs and enrols", async () => {
      const script = await (await fetch(`${stack.server.url}/install/install.sh`)).text();
      assert.ok(host.answer.install_line.includes(`${stack.server.url}/install/install.sh`));
      const token_file = join(stack.dir, "token");
      await Deno.writeTextFile(token_file, host.answer.token, { mode: 0o600 });
      const given = host.answer.install_line.split("bash -s -- ")[1]!.split(" ");
      const child = new Deno.Command("bash", {
        args: ["-s", "--", ...given, "--prefix", prefix, "--token-file", token_file],
        env: { PATH: `${dirname(Deno.execPath())}:/usr/bin:/bin`, HOME: stack.dir },
        clearEnv: true,
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      await new Blob([script]).stream().pipeTo(child.stdin);
      const { code, stdout, stderr } = await child.output();
      const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      assert.equal(code, 0, said);
      assert.ok(!said.includes(host.answer.token));
    });

    await t.step("what it installed connects", async () => {
      agent = new Deno.Command(join(prefix, "opt/restic-manager/restic-manager-agent"), {
        args: ["run"],
        env: { PATH: `${dirname(stack.tools.restic)}:/usr/bin:/bin`, HOME: stack.dir },
        clearEnv: true,
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).spawn();
      const row = await stack.poll(
        "the host to be online",
        () => stack.host(host.id),
        (row) => row.status === "online",
      );
      assert.deepEqual(row.degraded_reasons, []);
    });

    await t.step("the unit that a machine with systemd would get is served", async () => {
      const unit = await fetch(`${stack.server.url}/install/restic-manager-agent.service`);
      assert.match(await unit.text(), /^ExecStart=\/usr\/local\/bin\/restic-manager-agent run$/m);
    });
  } finally {
    agent?.kill("SIGTERM");
    await agent?.status;
    await stack.stop();
  }
});
