import assert from "node:assert/strict";
import { join } from "node:path";
import type { Host, Job } from "../../server/protocol/entities.ts";
import { RestServer } from "../../server/tasks/stack/rest_server.ts";
import {
  ended,
  holdExclusively,
  locks,
  probed,
  randomFolder,
  readyHost,
  startSlowly,
} from "../faults.ts";
import { Stack } from "../stack.ts";

/** A failure is worth something only with a class, a sentence and what to do. */
function assertFailed(job: Job, error_class: Job["error_class"]): void {
  assert.deepEqual([job.status, job.error_class], ["failed", error_class], job.error ?? "");
  assert.match(job.error ?? "", /Nothing was backed up; earlier snapshots are unchanged\.$/);
  assert.ok((job.hint ?? "").length > 10, "no hint");
  assert.equal(job.stats?.snapshot_id, undefined);
}

Deno.test("each way a backup can end badly has its own word on the job and the host", async (t) => {
  const stack = await Stack.start();
  const gone_dir = join(stack.dir, "gone");
  await Deno.mkdir(gone_dir);
  const gone = await RestServer.start({ program: stack.tools.rest_server, dir: gone_dir });
  try {
    const far = await stack.addPendingHost("far-01", [await randomFolder(stack, "far", 1000)], {
      repository: { url: `${gone.url}/far-01/`, rest_username: "far-01", append_only: true },
    });
    await gone.setUser("far-01", far.rest_password);
    await far.agent.enroll(stack.server.url, far.answer.server_key, far.answer.token);
    far.agent.start();
    const init = await stack.runJob(far.id, { kind: "init" });
    assert.equal(init.status, "succeeded", init.error ?? "");
    // Its end takes as long as the deadline: the other steps go on meanwhile.
    await gone.stop();
    const lost = await stack.startJob(far.id, { kind: "backup" });

    const host = await readyHost(stack, "web-01");
    const good = async () => {
      const job = await stack.runJob(host.id, { kind: "backup" });
      assert.equal(job.status, "succeeded", job.error ?? "");
    };
    const edit = (credentials: Record<string, string>) =>
      stack.api.call("PUT", `/api/hosts/${host.id}/credentials`, credentials);

    await t.step("a file that cannot be read: warning, and the host has gaps", async () => {
      const paths = [await randomFolder(stack, "part", 1000), `/proc/${Deno.pid}/mem`];
      const backup_set = { paths, excludes: [], tags: [] };
      const job = await stack.runJob(host.id, { kind: "backup", backup_set });
      assert.deepEqual([job.status, job.error_class], ["warning", "files_unreadable"]);
      assert.match(job.error ?? "", /A snapshot of everything else was saved\.$/);
      const { stdout } = await stack.restic(host, "ls", job.stats!.snapshot_id!);
      assert.ok(stdout.includes(`${paths[0]}/`));
      assert.equal((await stack.host(host.id)).backup_state, "gaps");
      await good();
      assert.equal((await stack.host(host.id)).backup_state, "good");
    });

    await t.step("a wrong repository password: shown before any job, and by the job", async () => {
      await edit({ password: "not the password" });
      const repository = await probed(stack, host, "wrong_password");
      assert.match(repository.probe_error ?? "", /password is wrong/);
      assertFailed(await stack.runJob(host.id, { kind: "backup" }), "wrong_password");
      assert.equal((await stack.host(host.id)).backup_state, "failed");
      await edit({ password: host.password });
      await probed(stack, host, "ready");
      await good();
    });

    await t.step("a wrong storage password", async () => {
      await edit({ rest_password: "not the password" });
      await probed(stack, host, "unauthorized");
      assertFailed(await stack.runJob(host.id, { kind: "backup" }), "http_unauthorized");
      await edit({ rest_password: host.rest_password });
      await probed(stack, host, "ready");
      await good();
    });

    await t.step("a repository that another restic holds alone", async () => {
      await using _ = await holdExclusively(stack, host);
      const job = await stack.runJob(host.id, { kind: "backup" });
      assertFailed(job, "repository_locked");
      assert.match(job.error ?? "", /locked by another restic \(process \d+ on /);
      assert.equal((await locks(stack, host)).length, 1, "the living lock was left alone");
    });
    await good();

    await t.step("cancel in the middle leaves no lock and no snapshot", async () => {
      const slow = await readyHost(stack, "slow-01", [
        await randomFolder(stack, "slow", 8_000_000),
      ]);
      const { id } = await startSlowly(stack, slow);
      await stack.api.call("POST", `/api/jobs/${id}/cancel`);
      const job = await ended(stack, id);
      assert.deepEqual([job.status, job.error_class], ["cancelled", "cancelled"], job.error ?? "");
      assert.deepEqual(await locks(stack, slow), []);
      assert.equal((await stack.restic(slow, "snapshots", "--json")).stdout.trim(), "[]");
    });

    await t.step("a repository that is not there any more", async () => {
      await Deno.remove(join(stack.dir, "storage", "data", host.name), { recursive: true });
      assertFailed(await stack.runJob(host.id, { kind: "backup" }), "repository_missing");
    });

    await t.step(
      "storage that is gone: failed within the deadline, and pages stay right",
      async () => {
        const hosts = await stack.api.call<{ items: Host[] }>("GET", "/api/hosts");
        const shown = hosts.items.find((row) => row.id === far.id)!;
        assert.equal(shown.status, "online");
        const job = await ended(stack, lost.id, 100);
        assert.ok(
          ["deadline", "network"].includes(job.error_class ?? ""),
          job.error_class ?? "none",
        );
        assertFailed(job, job.error_class);
        const took_ms = Date.parse(job.finished_at!) - Date.parse(job.started_at!);
        assert.ok(took_ms < 90_000, `${took_ms} ms`);
        const row = await stack.host(far.id);
        assert.deepEqual([row.backup_state, row.current_job_id], ["failed", null]);
      },
    );
  } finally {
    await stack.stop();
    await gone.stop();
  }
});

Deno.test("a backup that fills the storage fails with no_space and saves no snapshot", async () => {
  const stack = await Stack.start({ max_size_bytes: 4_000_000 });
  try {
    const host = await readyHost(stack, "web-01");
    const backup_set = {
      paths: [await randomFolder(stack, "large", 12_000_000)],
      excludes: [],
      tags: [],
    };
    assertFailed(await stack.runJob(host.id, { kind: "backup", backup_set }), "no_space");
    assert.equal((await stack.restic(host, "snapshots", "--json")).stdout.trim(), "[]");
  } finally {
    await stack.stop();
  }
});
