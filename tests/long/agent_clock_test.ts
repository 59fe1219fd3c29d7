import assert from "node:assert/strict";
import { join } from "node:path";
import type { Host } from "../../server/protocol/entities.ts";
import { projectDir } from "../../server/tasks/setup.ts";
import { ended, randomFolder, readyHost, startSlowly } from "../faults.ts";
import { Stack } from "../stack.ts";
import { assertNear, steeredClock } from "../steered_clock.ts";

const HOUR_SECONDS = 3600;

Deno.test("an agent's clock set by hours is shown at once, and moves neither jobs nor states", async (t) => {
  const clock = await steeredClock();
  const stack = await Stack.start({
    agent_entry: { file: join(projectDir(), "tests", "agent_with_clock.ts") },
    agent_env: { RM_TEST_CLOCK_FILE: clock.file },
  });
  try {
    const source = await randomFolder(stack, "source", 2_000_000);
    const host = await readyHost(stack, "web-01", [source]);
    const shown = (done: (host: Host) => boolean) =>
      stack.poll("the host's clock", () => stack.host(host.id), done, 60);
    for (const hours of [3, -3]) {
      await t.step(`${hours} h, during a backup`, async () => {
        await randomFolder(stack, "source", 1_500_000);
        const { id } = await startSlowly(stack, host);
        await clock.set(hours * HOUR_SECONDS);
        const { degraded_reasons } = await shown(({ clock_skew_seconds: skew }) =>
          Math.abs((skew ?? 0) - hours * HOUR_SECONDS) < 60
        );
        assert.match(degraded_reasons.join(), /clock is 3 h (ahead of|behind) the server's/);
        const job = await ended(stack, id);
        assert.equal(job.status, "succeeded", job.error ?? "");
        assertNear(job.started_at, 0);
        assertNear(job.finished_at, 0);
        assert.ok(Date.parse(job.finished_at!) > Date.parse(job.started_at!));
        const next = await stack.runJob(host.id, { kind: "backup" });
        assert.equal(next.status, "succeeded", next.error ?? "");
        const after = await stack.host(host.id);
        assert.equal(after.backup_state, "good");
        assertNear(after.last_good_backup_at, 0);
      });
    }
    await clock.set(0);
    await shown(({ clock_skew_seconds, status }) =>
      Math.abs(clock_skew_seconds ?? 99) < 60 && status === "online"
    );
  } finally {
    await stack.stop();
    await Deno.remove(clock.file);
  }
});
