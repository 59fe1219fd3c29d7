import assert from "node:assert/strict";
import { join } from "node:path";
import type { Job } from "../../server/protocol/entities.ts";
import { ended, randomFolder, readyHost, startSlowly } from "../faults.ts";
import { Stack, type StackHost } from "../stack.ts";

const DATABASE = "restic-manager.db";

/** Takes a copy of the database of a server that is stopped, with the journal of one that was killed. */
async function copyDatabase(stack: Stack): Promise<void> {
  for (const end of ["", "-wal"]) {
    await Deno.remove(join(stack.dir, `copy.db${end}`)).catch(() => {});
    await Deno.copyFile(
      join(stack.server.data_dir, DATABASE + end),
      join(stack.dir, `copy.db${end}`),
    ).catch((error) => {
      if (end === "") throw error;
    });
  }
}

/** Puts the copy back in place of the database. The server must be stopped. */
async function putBack(stack: Stack): Promise<void> {
  const { data_dir } = stack.server;
  for (const end of ["", "-wal", "-shm"]) {
    await Deno.remove(join(data_dir, DATABASE + end)).catch(() => {});
    await Deno.copyFile(join(stack.dir, `copy.db${end}`), join(data_dir, DATABASE + end))
      .catch((error) => {
        if (end === "") throw error;
      });
  }
}

async function snapshotsOf(stack: Stack, host: StackHost): Promise<unknown[]> {
  const { stdout } = await stack.restic(host, "snapshots", "--json");
  return JSON.parse(stdout) as unknown[];
}

async function jobsOf(stack: Stack, host: StackHost): Promise<Job[]> {
  const { items } = await stack.api.call<{ items: Job[] }>(
    "GET",
    `/api/jobs?host_id=${host.id}&order=asc`,
  );
  return items;
}

async function audited(stack: Stack, action: string): Promise<number> {
  const { items } = await stack.api.call<{ items: unknown[] }>(
    "GET",
    `/api/audit?action=${action}`,
  );
  return items.length;
}

/** Everything of the time after the copy is there again, nothing ran twice, and the next job runs. */
async function demandConsistent(
  stack: Stack,
  host: StackHost,
  { lost, running, snapshots }: { lost: Job[]; running?: string; snapshots: number },
): Promise<void> {
  if (running !== undefined) {
    await stack.poll(
      "the job that runs to be known again",
      () => jobsOf(stack, host),
      (jobs) => jobs.some((job) => job.id === running),
    );
    const job = await ended(stack, running);
    assert.equal(job.status, "succeeded", job.error ?? "");
  }
  for (const job of lost) {
    const again = await stack.poll(
      `job ${job.id} to be known again`,
      async () => (await jobsOf(stack, host)).find(({ id }) => id === job.id),
      (found) => found !== undefined && found.finished_at !== null,
    );
    assert.deepEqual([again!.status, again!.stats], [job.status, job.stats]);
  }
  assert.equal((await snapshotsOf(stack, host)).length, snapshots, "nothing ran twice");
  await stack.poll(
    "the list of snapshots",
    () => stack.host(host.id),
    (row) => row.snapshot_count === snapshots,
  );
  const next = await stack.runJob(host.id, { kind: "backup" });
  assert.equal(next.status, "succeeded", next.error ?? "");
  assert.equal((await snapshotsOf(stack, host)).length, snapshots + 1);
  assert.match((await stack.host(host.id)).degraded_reasons.join(), /earlier copy/);
}

Deno.test("a server whose database was put back loses no job, runs none twice, and says so", async (t) => {
  const stack = await Stack.start();
  try {
    const source = await randomFolder(stack, "source", 1000);
    const host = await readyHost(stack, "web-01", [source]);
    await stack.runJob(host.id, { kind: "backup" });

    await t.step("the database alone is put back: the mark beside it tells", async () => {
      await stack.server.stop();
      await copyDatabase(stack);
      await stack.startServer();
      const lost = [await stack.runJob(host.id, { kind: "backup" })];
      await randomFolder(stack, "source", 2_000_000);
      const { id } = await startSlowly(stack, host);
      await stack.server.stop();
      await putBack(stack);
      await stack.startServer();
      await demandConsistent(stack, host, { lost, running: id, snapshots: 3 });
      assert.equal(await audited(stack, "server.restored"), 1);
    });

    await t.step("the whole data dir is put back: the agent tells", async () => {
      const mark = join(stack.server.data_dir, "epoch.json");
      await stack.server.stop();
      await copyDatabase(stack);
      const marked = await Deno.readFile(mark);
      await stack.startServer();
      const lost = [await stack.runJob(host.id, { kind: "backup" })];
      await stack.server.stop();
      await putBack(stack);
      await Deno.writeFile(mark, marked);
      await stack.startServer();
      await demandConsistent(stack, host, { lost, snapshots: 5 });
      assert.equal(await audited(stack, "host.ahead_of_server"), 1);
    });

    await t.step(
      "a job that the copy holds as sent ends as it did, and is not run again",
      async () => {
        await randomFolder(stack, "source", 2_000_000);
        const { id } = await startSlowly(stack, host);
        await stack.server.kill();
        await copyDatabase(stack);
        await stack.startServer();
        const done = await ended(stack, id);
        assert.equal(done.status, "succeeded", done.error ?? "");
        const { length } = await snapshotsOf(stack, host);
        await stack.server.stop();
        await putBack(stack);
        await stack.startServer();
        const again = await ended(stack, id);
        assert.deepEqual([again.status, again.stats], [done.status, done.stats]);
        assert.equal((await snapshotsOf(stack, host)).length, length);
      },
    );
  } finally {
    await stack.stop();
  }
});
