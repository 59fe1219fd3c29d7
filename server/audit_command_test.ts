import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort, plainEnvironment, ServerProcess } from "./tasks/stack/processes.ts";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));

async function auditCommand(
  data_dir: string,
  ...args: string[]
): Promise<{ code: number; said: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", MAIN, "audit", ...args],
    env: { ...plainEnvironment(), RM_DATA_DIR: data_dir },
    clearEnv: true,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, said: decoder.decode(stdout) + decoder.decode(stderr) };
}

Deno.test("`audit verify` counts a chain that holds, beside a running server and on a copy, and names the first bad row", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    const data_dir = join(folder, "data");
    const server = await ServerProcess.start({
      entry: { file: MAIN },
      data_dir,
      port: freePort(),
      log_file: join(folder, "server.log"),
    });
    const client = await server.firstAdmin("admin", "violet anchor 71 ribbons");
    const { items: [newest] } = await client.call<{ items: { seq: number; hash: string }[] }>(
      "GET",
      "/api/audit?limit=1",
    );
    const beside = await auditCommand(data_dir, "verify");
    assert.equal(
      beside.said.trim(),
      `The audit log holds: ${newest!.seq} rows, the last with the hash ${newest!.hash}`,
    );
    assert.equal(beside.code, 0);
    await server.stop();

    const path = join(data_dir, "restic-manager.db");
    const copy = join(folder, "copy.db");
    Deno.copyFileSync(path, copy);
    const db = new DatabaseSync(path);
    db.exec(
      "DROP TRIGGER audit_log_no_update; UPDATE audit_log SET ip = '192.0.2.1' WHERE seq = 2",
    );
    db.close();
    assert.deepEqual(await auditCommand(data_dir, "verify"), {
      code: 1,
      said: "The audit log does not hold at row 2: its content was changed\n",
    });
    assert.equal((await auditCommand(data_dir, "verify", copy)).code, 0);

    const absent = await auditCommand(data_dir, "verify", join(folder, "absent.db"));
    assert.equal(absent.code, 78);
    assert.match(absent.said, /absent\.db cannot be opened/);
    assert.throws(() => Deno.statSync(join(folder, "absent.db")), Deno.errors.NotFound);
    assert.equal((await auditCommand(data_dir, "delete")).code, 78);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
