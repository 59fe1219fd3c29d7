import assert from "node:assert/strict";
import { backupsOf, ended, locks, logOf, randomFolder, readyHost, startSlowly } from "../faults.ts";
import { Stack } from "../stack.ts";

const SIZE_BYTES = 3_000_000;

Deno.test("killed agents and servers lose no job, no log line and no lock", async (t) => {
  const stack = await Stack.start();
  try {
    const source = await randomFolder(stack, "source", SIZE_BYTES);
    const host = await readyHost(stack, "web-01", [source]);

    await t.step("the agent is killed: interrupted, failed, and Run now works again", async () => {
      const { id } = await startSlowly(stack, host);
      const backups = backupsOf(host.agent.dir);
      assert.equal(backups.length, 1);
      await host.agent.kill();
      host.agent.start();
      const job = await ended(stack, id);
      assert.deepEqual([job.status, job.error_class], ["interrupted", "agent_restarted"]);
      assert.equal((await stack.host(host.id)).backup_state, "failed");
      const next = await stack.runJob(host.id, { kind: "backup" });
      assert.equal(next.status, "succeeded", next.error ?? "");
      assert.equal((await stack.host(host.id)).backup_state, "good");
      for (const pid of backups) await assert.rejects(() => Deno.lstat(`/proc/${pid}`));
      await stack.poll("the lock to go", () => locks(stack, host), (held) => held.length === 0);
      await stack.poll(
        "the files of every run to go",
        () => [...Deno.readDirSync(`${host.agent.dir}/state/work`)],
        (left) => left.length === 0,
      );
      assert.equal((await stack.restic(host, "check")).code, 0);
    });

    await t.step("the server is killed: the job ends as if nothing had been", async () => {
      await randomFolder(stack, "source", SIZE_BYTES);
      const { id } = await startSlowly(stack, host);
      await stack.server.kill();
      await stack.startServer();
      const job = await ended(stack, id);
      assert.equal(job.status, "succeeded", job.error ?? "");
      const log = await logOf(stack, id);
      assert.ok(log.length > 0);
      assert.deepEqual(log.map((line) => line.seq), log.map((_, index) => index + 1));
      assert.equal(log.length, job.log_lines);
      const { stdout } = await stack.restic(host, "snapshots", "--json", job.stats!.snapshot_id!);
      assert.equal(JSON.parse(stdout).length, 1);
    });

    await t.step("a job for an agent that is away waits, says so, and runs later", async () => {
      await host.agent.stop();
      const { id } = await stack.startJob(host.id, { kind: "backup" });
      const waiting = await stack.poll(
        "the job to say what it waits for",
        () => stack.job(id),
        (job) => job.waiting_for !== null,
      );
      // Sent, if the server had not noticed yet that the agent is gone.
      assert.ok(["queued", "dispatched"].includes(waiting.status), waiting.status);
      assert.equal(waiting.waiting_for, "web-01 to connect");
      host.agent.start();
      const job = await ended(stack, id);
      assert.equal(job.status, "succeeded", job.error ?? "");
    });
  } finally {
    await stack.stop();
  }
});
