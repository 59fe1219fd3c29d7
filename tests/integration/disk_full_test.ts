import assert from "node:assert/strict";
import { join } from "node:path";
import { Audit } from "../../server/audit/audit.ts";
import { systemClock } from "../../server/clock.ts";
import { openDatabase } from "../../server/db/open.ts";
import { silentLog } from "../../server/log.ts";
import type { Job } from "../../server/protocol/entities.ts";
import { projectDir } from "../../server/tasks/setup.ts";
import { ApiClient, ApiError } from "../../server/tasks/stack/client.ts";
import { freePort, plainEnvironment } from "../../server/tasks/stack/processes.ts";
import { ended, logOf, randomFolder, readyHost, startSlowly } from "../faults.ts";
import { SmallDisk } from "../small_disk.ts";
import { ADMIN, poll, Stack } from "../stack.ts";

const WAL_MAX_BYTES = 20_000_000;

async function page(stack: Stack, path: string): Promise<{ status: number; text: string }> {
  const headers = { cookie: stack.api.cookie, accept: "text/html" };
  const answer = await fetch(stack.server.url + path, { headers, redirect: "manual" });
  return { status: answer.status, text: await answer.text() };
}

function isFull(error: unknown): boolean {
  return error instanceof ApiError && error.status === 507 && error.code === "storage_full";
}

async function jobIds(stack: Stack): Promise<string[]> {
  const { items } = await stack.api.call<{ items: Job[] }>("GET", "/api/jobs?limit=100");
  return items.map(({ id }) => id);
}

Deno.test("the server's disk is full and comes back: told, nothing half done, nothing lost", async (t) => {
  const disk = await SmallDisk.mount(48);
  const data_dir = join(disk.dir, "data");
  const stack = await Stack.start({
    data_dir,
    server_entry: { file: join(projectDir(), "server", "main.ts"), through: disk.enter },
    server_env: { RM_DATA_DIR: join(disk.inner_dir, "data") },
  });
  try {
    const source = await randomFolder(stack, "source", 2_000_000);
    const host = await readyHost(stack, "web-01", [source]);
    const { pid } = stack.server;
    const { id } = await startSlowly(stack, host);
    const before = await jobIds(stack);

    await t.step("it is said on every page and by /readyz, and changes are refused", async () => {
      disk.fill();
      const ready = await page(stack, "/readyz");
      assert.deepEqual([ready.status, ready.text], [503, "not ready: the server's disk is full"]);
      for (const path of ["/", "/hosts", `/hosts/${host.id}`, "/jobs", `/jobs/${id}`, "/audit"]) {
        const { status, text } = await page(stack, path);
        assert.equal(status, 200, path);
        assert.match(text, /disk is full/, path);
      }
      await assert.rejects(() => stack.startJob(host.id, { kind: "backup" }), isFull);
      const stranger = new ApiClient(stack.server.url);
      await assert.rejects(() => stranger.signIn(ADMIN.username, ADMIN.password), isFull);
      assert.deepEqual(await jobIds(stack), before, "nothing of it was kept");
    });

    await t.step(
      "the backup goes on, and is neither failed nor good before it is told",
      async () => {
        await poll(
          "restic to end",
          () => host.agent.output,
          (output) => output.includes("backup job succeeded"),
          90,
        );
        assert.equal((await stack.job(id)).status, "running");
        assert.equal((await stack.host(host.id)).backup_state, "never");
      },
    );

    await t.step("with space again everything that waited arrives, once, by itself", async () => {
      disk.empty();
      const job = await ended(stack, id, 90);
      assert.equal(job.status, "succeeded", job.error ?? "");
      const log = await logOf(stack, id);
      assert.deepEqual(log.map((line) => line.seq), log.map((_, index) => index + 1));
      assert.equal(log.length, job.log_lines);
      const good = (state: string) => state === "good";
      await poll("a good host", async () => (await stack.host(host.id)).backup_state, good);
      assert.equal((await page(stack, "/readyz")).status, 200);
      assert.doesNotMatch((await page(stack, "/")).text, /disk is full/);
      assert.equal(stack.server.pid, pid, "it was not restarted");
      const next = await stack.runJob(host.id, { kind: "backup" });
      assert.equal(next.status, "succeeded", next.error ?? "");
      const { size } = await Deno.stat(join(data_dir, "restic-manager.db-wal"));
      assert.ok(size < WAL_MAX_BYTES, `the journal has ${size} bytes`);
    });

    await t.step("it stops on a full disk in order, and the audit chain holds", async () => {
      disk.fill();
      assert.equal((await stack.server.stop()).code, 0);
      // "Damaged" would make somebody put an old copy in its place.
      await assert.rejects(() => stack.startServer(), /is full or fails: free some space/);
      disk.empty();
      const copy = await Deno.makeTempDir({ prefix: "rm-test-" });
      const path = join(copy, "restic-manager.db");
      // With its journal: a full disk did not let it be written back.
      for (const file of [...Deno.readDirSync(data_dir)].map(({ name }) => name)) {
        if (/\.db(-wal)?$/.test(file)) await Deno.copyFile(join(data_dir, file), join(copy, file));
      }
      const clock = systemClock();
      const db = openDatabase(path, { clock, log: silentLog });
      assert.equal(new Audit(db, clock).verify(), undefined);
      db.close();
      await Deno.remove(copy, { recursive: true });
    });
  } finally {
    await stack.stop();
    await disk.unmount();
  }
});

Deno.test("the server works while its own log cannot be written, and stops in order", async () => {
  const data_dir = await Deno.makeTempDir({ prefix: "rm-test-" });
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = new Deno.Command("sh", {
    args: [
      ...["-c", 'exec "$@" >/dev/full 2>&1', "sh", Deno.execPath(), "run", "-A", "--quiet"],
      join(projectDir(), "server", "main.ts"),
    ],
    clearEnv: true,
    env: {
      ...plainEnvironment(),
      RM_LISTEN: `127.0.0.1:${port}`,
      RM_BASE_URL: url,
      RM_DATA_DIR: data_dir,
    },
  }).spawn();
  const ask = async (path: string) => {
    const answer = await fetch(url + path);
    await answer.body?.cancel();
    return answer.status;
  };
  try {
    await poll("the server", () => ask("/readyz").catch(() => 0), (status) => status === 200);
    assert.equal(await ask("/setup"), 200);
    assert.equal(await ask("/api/hosts"), 403);
    server.kill("SIGTERM");
    assert.equal((await server.status).code, 0);
  } finally {
    await Deno.remove(data_dir, { recursive: true });
  }
});
