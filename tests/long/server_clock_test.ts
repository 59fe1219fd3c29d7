import assert from "node:assert/strict";
import { join } from "node:path";
import type { AuditEntry } from "../../server/protocol/entities.ts";
import { projectDir } from "../../server/tasks/setup.ts";
import { ApiError } from "../../server/tasks/stack/client.ts";
import { ended, randomFolder, readyHost, startSlowly } from "../faults.ts";
import { ADMIN, Stack } from "../stack.ts";
import { assertNear, steeredClock } from "../steered_clock.ts";

const DAY_SECONDS = 86_400;

Deno.test("the server's clock set by days ends sessions, not jobs, and no state is green by it", async (t) => {
  const clock = await steeredClock();
  const stack = await Stack.start({
    server_entry: { file: join(projectDir(), "tests", "server_with_clock.ts") },
    server_env: { RM_TEST_CLOCK_FILE: clock.file },
  });
  try {
    const source = await randomFolder(stack, "source", 1_500_000);
    const host = await readyHost(stack, "web-01", [source]);
    assert.equal((await stack.runJob(host.id, { kind: "backup" })).status, "succeeded");
    for (const days of [3, -3]) {
      await t.step(`${days} days, during a backup`, async () => {
        await randomFolder(stack, "source", 1_500_000);
        const { id } = await startSlowly(stack, host);
        await clock.set(days * DAY_SECONDS);
        await assert.rejects(
          () => stack.job(id),
          (error) => error instanceof ApiError && error.status === 401,
        );
        await stack.api.signIn(ADMIN.username, ADMIN.password);
        assert.equal((await stack.host(host.id)).backup_state, "stale");
        assert.ok(["running", "succeeded"].includes((await stack.job(id)).status));
        const job = await ended(stack, id);
        assert.equal(job.status, "succeeded", job.error ?? "");
        const { finished_at } = job;
        assert.ok(Date.parse(finished_at!) <= Date.now() + Math.max(0, days) * DAY_SECONDS * 1000);
        await stack.poll(
          "the clocks to differ",
          () => stack.host(host.id),
          ({ clock_skew_seconds }) => Math.round((clock_skew_seconds ?? 0) / DAY_SECONDS) === -days,
          60,
        );
        await stack.poll(
          "the jump in the audit log",
          () =>
            stack.api.call<{ items: AuditEntry[] }>("GET", "/api/audit?action=server.clock_jumped"),
          ({ items }) => items.some(({ payload }) => Number(payload["seconds"]) * days > 0),
          40,
        );
        await clock.set(0);
        await stack.api.signIn(ADMIN.username, ADMIN.password);
        const next = await stack.runJob(host.id, { kind: "backup" });
        assert.equal(next.status, "succeeded", next.error ?? "");
        assert.equal((await stack.host(host.id)).backup_state, "good");
        assertNear((await stack.host(host.id)).last_good_backup_at, 0);
      });
    }
    const { items } = await stack.api.call<{ items: AuditEntry[] }>("GET", "/api/audit?limit=100");
    const seqs = items.map(({ seq }) => seq);
    assert.deepEqual(seqs, seqs.toSorted((a, b) => b - a), "newest first by order, not by time");
  } finally {
    await stack.stop();
    await Deno.remove(clock.file);
  }
});
