import assert from "node:assert/strict";
import { join } from "node:path";
import { type AgentConfig, readConfig, writeConfig } from "./config.ts";
import { SecretsFile } from "./secrets.ts";

const KEY = btoa("k".repeat(32));
const CONFIG: AgentConfig = {
  server_url: "https://backup.example",
  host_id: "0193a3c2-0000-7000-8000-000000000001",
  host_name: "web-01",
  bearer: "rma_secret",
  server_public_key: KEY,
  epoch: 1,
  secrets_key: KEY,
  restic_path: null,
  cert_pin_sha256: [],
  cert_pin_sha256_pushed: null,
  server_key_changes: [],
};

async function inFolder(test: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await test(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("writeConfig() makes a private file that readConfig() reads back", () =>
  inFolder(async (dir) => {
    await writeConfig(dir, CONFIG);
    const { mode } = await Deno.stat(join(dir, "agent.yaml"));
    assert.equal(mode! & 0o777, 0o600);
    assert.deepEqual(await readConfig(dir), CONFIG);
    assert.deepEqual([...Deno.readDirSync(dir)].map((entry) => entry.name), ["agent.yaml"]);
  }));

Deno.test("readConfig() reads a restic path that was added by hand", () =>
  inFolder(async (dir) => {
    await writeConfig(dir, { ...CONFIG, restic_path: "/opt/restic" });
    assert.equal((await readConfig(dir)).restic_path, "/opt/restic");
  }));

Deno.test("readConfig() refuses a file that others can read, and says what to do", () =>
  inFolder(async (dir) => {
    await writeConfig(dir, CONFIG);
    await Deno.chmod(join(dir, "agent.yaml"), 0o640);
    await assert.rejects(readConfig(dir), { code: "permission", hint: /^chmod 600/ });
  }));

Deno.test("readConfig() says that the machine is not enrolled when there is no file", () =>
  inFolder(async (dir) => {
    await assert.rejects(readConfig(dir), { code: "bad_config", message: /not enrolled/ });
  }));

Deno.test("readConfig() names every wrong field and repeats no value", () =>
  inFolder(async (dir) => {
    const wrong = { ...CONFIG, secrets_key: "short-secret", server_url: "ftp://x" };
    await writeConfig(dir, wrong);
    await assert.rejects(readConfig(dir), (error: Error) => {
      assert.match(error.message, /server_url, secrets_key missing or wrong/);
      assert.doesNotMatch(error.message, /short-secret/);
      return true;
    });
    await Deno.writeTextFile(join(dir, "agent.yaml"), "bearer: [rma_secret", { mode: 0o600 });
    await assert.rejects(readConfig(dir), (error: Error) => !error.message.includes("rma_secret"));
  }));

Deno.test("SecretsFile opens what it sealed, and nothing of another host or key", () =>
  inFolder(async (dir) => {
    const settings = {
      config_version: 3,
      epoch: 1,
      repository: null,
      reach_deadline_seconds: 60,
      stalled_after_seconds: 900,
    };
    assert.equal(await new SecretsFile(dir, CONFIG).read(), undefined);
    await new SecretsFile(dir, CONFIG).write(settings);
    const { mode } = await Deno.stat(join(dir, "secrets.enc"));
    assert.equal(mode! & 0o777, 0o600);
    assert.deepEqual(await new SecretsFile(dir, CONFIG).read(), settings);
    assert.equal(await new SecretsFile(dir, { ...CONFIG, host_id: "other" }).read(), undefined);
    const secrets_key = btoa("z".repeat(32));
    assert.equal(await new SecretsFile(dir, { ...CONFIG, secrets_key }).read(), undefined);
    await Deno.writeTextFile(join(dir, "secrets.enc"), "{");
    assert.equal(await new SecretsFile(dir, CONFIG).read(), undefined);
  }));
