import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort, plainEnvironment, ServerProcess } from "./tasks/stack/processes.ts";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    await work(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

async function refusal(env: Record<string, string>): Promise<{ code: number; lines: string[] }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", MAIN],
    env: { ...plainEnvironment(), ...env },
    clearEnv: true,
    stdin: "null",
  }).output();
  assert.equal(new TextDecoder().decode(stdout), "");
  return { code, lines: new TextDecoder().decode(stderr).trim().split("\n") };
}

Deno.test("the server prints every fault of its settings on a line of its own and exits with 78", async () => {
  await withFolder(async (folder) => {
    Deno.writeTextFileSync(join(folder, "file"), "");
    const { code, lines } = await refusal({
      RM_DATA_DIR: join(folder, "file"),
      RM_LISTEN: "nonsense",
      RM_BASE_URL: "http://backups.example",
      RM_TRUSTED_PROXY: "0.0.0.0/0",
    });
    assert.equal(code, 78);
    assert.equal(lines.length, 5, lines.join("\n"));
    assert.match(lines[0]!, /cannot start/);
    for (const name of ["RM_DATA_DIR", "RM_LISTEN", "RM_BASE_URL", "RM_TRUSTED_PROXY"]) {
      assert.equal(lines.filter((line) => line.startsWith(`- ${name} `)).length, 1, name);
    }
  });
});

Deno.test("the server refuses a key that others can read, and a missing key over its database", async () => {
  await withFolder(async (folder) => {
    const env = { RM_DATA_DIR: folder, RM_LISTEN: "127.0.0.1:0" };
    const key = join(folder, "secret.key");
    Deno.writeFileSync(key, new Uint8Array(32), { mode: 0o644 });
    Deno.chmodSync(key, 0o644);
    const readable = await refusal(env);
    assert.equal(readable.code, 78);
    assert.match(readable.lines.join("\n"), /chmod 600/);
    Deno.removeSync(key);
    Deno.writeTextFileSync(join(folder, "restic-manager.db"), "");
    const missing = await refusal(env);
    assert.equal(missing.code, 78);
    assert.match(missing.lines.join("\n"), /is missing, and the database needs it/);
  });
});

Deno.test("the server starts again over the same data, never beside another, and ends with 0 on SIGTERM", async () => {
  await withFolder(async (folder) => {
    const data_dir = join(folder, "data");
    const start = () =>
      ServerProcess.start({
        entry: { file: MAIN },
        data_dir,
        port: freePort(),
        log_file: join(folder, "server.log"),
      });
    const first = await start();
    const client = await first.firstAdmin("admin", "violet anchor 71 ribbons");
    const code_file = join(data_dir, "setup-code");
    assert.throws(() => Deno.statSync(code_file), Deno.errors.NotFound);
    assert.equal((await first.stop()).code, 0);
    const identity = Deno.readFileSync(join(data_dir, "identity.key"));

    const second = await start();
    const twin = await refusal({ RM_DATA_DIR: data_dir, RM_LISTEN: "127.0.0.1:0" });
    assert.equal(twin.code, 78);
    assert.match(twin.lines[1]!, /^- Another server \(process \d+\) uses the data dir/);
    assert.throws(() => Deno.statSync(code_file), Deno.errors.NotFound);
    const answer = await fetch(`${second.url}/api/auth/session`, {
      headers: { cookie: client.cookie },
    });
    assert.equal(answer.status, 200, "a session outlives a restart");
    await answer.body?.cancel();
    assert.deepEqual(Deno.readFileSync(join(data_dir, "identity.key")), identity);
    // An open stream must not keep it from stopping.
    const idle = await Deno.connect({
      hostname: "127.0.0.1",
      port: Number(new URL(second.url).port),
    });
    assert.equal((await second.stop()).code, 0);
    idle.close();
  });
});
