import assert from "node:assert/strict";
import { join } from "node:path";
import type { Repository } from "../../server/protocol/entities.ts";
import { Stack } from "../stack.ts";

Deno.test("a new host is enrolled, initialised and backed up, and plain restic finds the snapshot", async (t) => {
  const stack = await Stack.start();
  try {
    const source = join(stack.dir, "source");
    await Deno.mkdir(source);
    await Deno.writeTextFile(join(source, "letter.txt"), "the only copy");
    const host = await stack.addHost("web-01", [source]);

    await t.step("before anything ran, the host was never backed up", async () => {
      const row = await stack.host(host.id);
      assert.equal(row.backup_state, "never");
      assert.equal(row.repository_initialised_at, null);
    });

    await t.step("the agent finds that the repository is missing", async () => {
      await stack.poll(
        "the probe",
        () => stack.api.call<Repository>("GET", `/api/hosts/${host.id}/repo`),
        (repository) => repository.probe_state === "missing",
      );
    });

    await t.step("a backup is refused with what to do", async () => {
      await assert.rejects(() => stack.startJob(host.id, { kind: "backup" }), /not_initialised/);
    });

    await t.step("init succeeds and marks the repository", async () => {
      const job = await stack.runJob(host.id, { kind: "init" });
      assert.equal(job.status, "succeeded", job.error ?? "");
      assert.notEqual((await stack.host(host.id)).repository_initialised_at, null);
    });

    await t.step("Run now makes a snapshot that plain restic finds", async () => {
      const job = await stack.runJob(host.id, { kind: "backup" });
      assert.equal(job.status, "succeeded", job.error ?? "");
      const { code, stdout } = await stack.restic(host, "snapshots", "--json");
      assert.equal(code, 0);
      const snapshots = JSON.parse(stdout) as { id: string; paths: string[] }[];
      assert.deepEqual(snapshots.map((s) => s.id), [job.stats?.snapshot_id]);
      assert.deepEqual(snapshots[0]?.paths, [source]);
    });

    await t.step("the host is backed up, with its snapshot listed", async () => {
      const row = await stack.poll(
        "the listing",
        () => stack.host(host.id),
        (seen) => seen.snapshot_count === 1 && seen.repo_size_bytes !== null,
      );
      assert.equal(row.backup_state, "good");
      const list = await stack.api.call<{ total: number }>(
        "GET",
        `/api/hosts/${host.id}/snapshots`,
      );
      assert.equal(list.total, 1);
    });

    await t.step("a path that does not exist makes a warning, never a success", async () => {
      const job = await stack.runJob(host.id, {
        kind: "backup",
        backup_set: { paths: [source, join(stack.dir, "gone")], excludes: [], tags: [] },
      });
      assert.equal(job.status, "warning");
      assert.equal(job.error_class, "path_missing");
      assert.equal((await stack.host(host.id)).backup_state, "gaps");
    });

    await t.step("no secret lies in the server's log or database", async () => {
      for (
        const file of ["server.log", "server/restic-manager.db", "server/restic-manager.db-wal"]
      ) {
        const bytes = await Deno.readFile(join(stack.dir, file));
        const text = new TextDecoder("latin1").decode(bytes);
        for (const secret of [host.password, host.rest_password, host.answer.token]) {
          assert.equal(text.includes(secret), false, `${file} holds a secret`);
        }
      }
    });

    await t.step("removing the host closes its agent's door at once", async () => {
      await stack.api.call("DELETE", `/api/hosts/${host.id}`);
      await stack.poll(
        "the agent to notice",
        () => Promise.resolve(host.agent.output),
        (output) => /does not know this agent/.test(output),
      );
      await assert.rejects(() => stack.host(host.id), /not_found/);
    });
  } finally {
    await stack.stop();
  }
});
