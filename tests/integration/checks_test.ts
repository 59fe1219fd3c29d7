import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Repository } from "../../server/protocol/entities.ts";
import { ended, holdExclusively, locks, logOf, randomFolder, readyHost } from "../faults.ts";
import { Stack, type StackHost } from "../stack.ts";

async function repositoryOf(stack: Stack, host: StackHost): Promise<Repository> {
  return await stack.api.call<Repository>("GET", `/api/hosts/${host.id}/repo`);
}

/** Overwrites the middle of the host's biggest pack, behind the storage server's back. */
async function damage(stack: Stack, host: StackHost): Promise<void> {
  const data = join(stack.dir, "storage", "data", host.name, "data");
  let pack = { path: "", size: 0 };
  for (const folder of Deno.readDirSync(data)) {
    for (const { name } of Deno.readDirSync(join(data, folder.name))) {
      const path = join(data, folder.name, name);
      const { size } = await Deno.stat(path);
      if (size > pack.size) pack = { path, size };
    }
  }
  await Deno.chmod(pack.path, 0o600);
  using file = await Deno.open(pack.path, { write: true });
  await file.seek(Math.floor(pack.size / 2), Deno.SeekMode.Start);
  await file.write(randomBytes(64));
}

Deno.test("check and unlock through server and agent, on an append-only storage server", async (t) => {
  const stack = await Stack.start();
  try {
    const source = await randomFolder(stack, "source", 40_000_000);
    const host = await readyHost(stack, "web-01", [source]);
    const backup = await stack.runJob(host.id, { kind: "backup" });
    assert.equal(backup.status, "succeeded", backup.error ?? "");

    await t.step("a good check: no errors, the repository's last check, no lock", async () => {
      const job = await stack.runJob(host.id, { kind: "check", read_data: { how: "all" } });
      assert.equal(job.status, "succeeded", job.error ?? "");
      assert.ok(job.stats!.packs_read! > 0 && job.stats!.snapshots_checked === 1);
      const lines = (await logOf(stack, job.id)).map(({ payload }) => payload);
      assert.ok(lines.includes("read all data") && lines.includes("no errors were found"));
      const { last_check_status, last_check_job_id, last_check_at } = await repositoryOf(
        stack,
        host,
      );
      assert.deepEqual([last_check_status, last_check_job_id], ["succeeded", job.id]);
      assert.equal(last_check_at, job.finished_at);
      assert.deepEqual(await locks(stack, host), []);
    });

    await t.step("a check that is cancelled leaves no lock", async () => {
      const { id } = await stack.startJob(host.id, {
        ...{ kind: "check", read_data: { how: "all" } },
        bandwidth: { limit_download_kib_per_second: 256 },
      });
      await stack.poll("the check's lock", () => locks(stack, host), (held) => held.length > 0);
      await stack.api.call("POST", `/api/jobs/${id}/cancel`);
      assert.equal((await ended(stack, id)).status, "cancelled");
      assert.deepEqual(await locks(stack, host), []);
      assert.equal((await repositoryOf(stack, host)).last_check_status, "succeeded");
    });

    await t.step(
      "a locked repository: the check says who holds it, and so does the page",
      async () => {
        {
          await using _ = await holdExclusively(stack, host);
          const job = await stack.runJob(host.id, { kind: "check" });
          assert.deepEqual([job.status, job.error_class], ["failed", "repository_locked"]);
          assert.match(job.error!, /locked by another restic \(process \d+ on .+, since \d{4}-/);
          const { locks: [lock] = [] } = await stack.poll(
            "the lock to be told",
            () => repositoryOf(stack, host),
            ({ locks }) => (locks ?? []).length > 0,
          ) as { locks: Repository["locks"] & object };
          assert.deepEqual([lock!.exclusive, lock!.holder], [true, "alive"]);
          const unlock = await stack.runJob(host.id, { kind: "unlock" });
          assert.deepEqual([unlock.status, unlock.error_class], ["failed", "repository_locked"]);
          assert.match(unlock.error!, /its process is at work/);
          assert.equal((await locks(stack, host)).length, 1);
        }
        await stack.poll("the lock to go", () => locks(stack, host), (held) => held.length === 0);
      },
    );

    await t.step("the lock of a process that died is removed by unlock alone", async () => {
      const child = stack.resticCommand(host, "check", "--read-data", "--limit-download", "64")
        .spawn();
      await stack.poll("the check's lock", () => locks(stack, host), (held) => held.length > 0);
      child.kill("SIGKILL");
      await child.output();
      const unlock = await stack.runJob(host.id, { kind: "unlock" });
      assert.equal(unlock.status, "succeeded", unlock.error ?? "");
      assert.deepEqual(unlock.stats, { locks_removed: 1, locks_kept: 0 });
      assert.deepEqual(await locks(stack, host), []);
      await stack.poll(
        "the page to show none",
        () => repositoryOf(stack, host),
        ({ locks, lock_state }) => locks?.length === 0 && lock_state === "unlocked",
      );
    });

    await t.step("flipped bits: only a check that reads finds them, and it is loud", async () => {
      await damage(stack, host);
      const plain = await stack.runJob(host.id, { kind: "check" });
      assert.equal(plain.status, "succeeded");
      const job = await stack.runJob(host.id, { kind: "check", read_data: { how: "all" } });
      assert.deepEqual([job.status, job.error_class], ["failed", "repository_damaged"]);
      assert.match(job.error!, /restic repair packs [0-9a-f]{64}/);
      assert.match(job.hint!, /Remove nothing from it/);
      assert.equal((await repositoryOf(stack, host)).last_check_status, "failed");
      const { backup_state, obstacle } = await stack.host(host.id);
      assert.deepEqual([backup_state, obstacle], ["failed", "repository_damaged"]);
      await stack.runJob(host.id, { kind: "check" });
      assert.equal((await repositoryOf(stack, host)).last_check_status, "failed");
    });
  } finally {
    await stack.stop();
  }
});
