import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Host, Job } from "../../server/protocol/entities.ts";
import type { AuditEntry } from "../../server/protocol/entities.ts";
import type { ShownSchedule } from "../../server/protocol/schedule_rest.ts";
import { ended, logOf, randomFolder, readyHost, SLOW } from "../faults.ts";
import { projectDir } from "../../server/tasks/setup.ts";
import { steeredClock } from "../steered_clock.ts";
import { Stack, type StackHost } from "../stack.ts";

const MINUTE_MS = 60_000;
const SIZE_BYTES = 3_000_000;

/** A daily time that was so many minutes ago, and what it was exactly. */
function daily(minutes_ago: number): { cron: string; timezone: string; due_at: string } {
  const due = new Date(Date.now() - minutes_ago * MINUTE_MS);
  due.setUTCSeconds(0, 0);
  const cron = `${due.getUTCMinutes()} ${due.getUTCHours()} * * *`;
  return { cron, timezone: "UTC", due_at: due.toISOString() };
}

/** Waits until the agent has what the server wants it to have. */
async function applied(stack: Stack, { id }: StackHost): Promise<Host> {
  return await stack.poll(
    "the schedules to be applied",
    () => stack.host(id),
    (host) => host.applied_schedule_version === host.schedule_version,
  );
}

/** The machine was off for an hour: what was due then is not dealt with. The agent must not run. */
function wasOffForAnHour({ agent }: StackHost): void {
  const db = new DatabaseSync(join(agent.dir, "state", "state.db"));
  db.prepare("UPDATE schedules SET handled_until_ms = ?").run(Date.now() - 60 * MINUTE_MS);
  db.close();
}

async function jobsOf(stack: Stack, { id }: ShownSchedule): Promise<Job[]> {
  const path = `/api/jobs?schedule_id=${id}&order=asc`;
  return (await stack.api.call<{ items: Job[] }>("GET", path)).items;
}

/** Starts the agent and waits until the server has heard of it anew. */
async function reconnected(stack: Stack, host: StackHost): Promise<void> {
  host.agent.start();
  await stack.poll("the agent to connect", () => host.agent.output, (text) => {
    return text.includes("connected to");
  });
}

Deno.test("schedules fire from the agent's own disk, once, also without a server", async (t) => {
  const clock = await steeredClock();
  const stack = await Stack.start({
    agent_entry: { file: join(projectDir(), "tests", "agent_with_clock.ts") },
    agent_env: { RM_TEST_CLOCK_FILE: clock.file, RM_TEST_ALONE_AFTER_SECONDS: "3" },
  });
  try {
    const source = await randomFolder(stack, "source", SIZE_BYTES);
    const host = await readyHost(stack, "web-01", [source]);
    const path = `/api/hosts/${host.id}/schedules`;
    const first = daily(10);
    const { due_at: _, ...times } = first;
    const schedule = await stack.api.call<ShownSchedule>("POST", path, {
      name: "Nightly",
      ...times,
    });
    const edit = (body: Record<string, unknown>) =>
      stack.api.call("PUT", `/api/schedules/${schedule.id}`, body);

    await t.step("a new schedule reaches the agent, and has missed nothing", async () => {
      const { degraded_reasons } = await applied(stack, host);
      assert.deepEqual(degraded_reasons, []);
      assert.deepEqual(await jobsOf(stack, schedule), []);
    });

    await t.step("a run that was missed is made up for while the server is off", async () => {
      await host.agent.stop();
      await stack.server.stop();
      wasOffForAnHour(host);
      host.agent.start();
      await stack.poll("the backup", () => host.agent.output, (text) => {
        return text.includes("backup job succeeded");
      });
      await stack.startServer();
      const [job] = await stack.poll(
        "the result",
        () => jobsOf(stack, schedule),
        (jobs) => jobs.some(({ finished_at }) => finished_at !== null),
      );
      assert.deepEqual([job!.status, job!.actor_kind, job!.actor_name], [
        "succeeded",
        "schedule",
        "Nightly",
      ]);
      assert.deepEqual([job!.due_at, job!.is_catch_up], [first.due_at, true]);
      const log = await logOf(stack, job!.id);
      assert.deepEqual(log.map(({ seq }) => seq), log.map((_line, n) => n + 1));
      const { stdout } = await stack.restic(host, "snapshots", "--json");
      const snapshots = JSON.parse(stdout) as { id: string }[];
      assert.deepEqual(snapshots.map(({ id }) => id), [job!.stats!.snapshot_id]);
      assert.equal((await stack.host(host.id)).backup_state, "good");
    });

    await t.step("it is not run again when server and agent start anew", async () => {
      await host.agent.stop();
      await stack.server.kill();
      await stack.startServer();
      await reconnected(stack, host);
      await applied(stack, host);
      assert.equal((await jobsOf(stack, schedule)).length, 1);
    });

    await t.step(
      "killed while its scheduled backup runs: interrupted once, no second run",
      async () => {
        await randomFolder(stack, "source", SIZE_BYTES);
        const { due_at, ...later } = daily(20);
        await edit({ ...later, bandwidth: SLOW });
        await applied(stack, host);
        await host.agent.stop();
        wasOffForAnHour(host);
        host.agent.start();
        const running = await stack.poll(
          "the job to run",
          async () => (await jobsOf(stack, schedule))[1],
          (job) => job?.status === "running",
        );
        assert.equal(running!.due_at, due_at);
        await host.agent.kill();
        await reconnected(stack, host);
        const job = await ended(stack, running!.id);
        assert.deepEqual([job.status, job.error_class], ["interrupted", "agent_restarted"]);
        await host.agent.stop();
        await reconnected(stack, host);
        const jobs = await jobsOf(stack, schedule);
        assert.deepEqual(jobs.map(({ status }) => status), ["succeeded", "interrupted"]);
        assert.equal((await stack.host(host.id)).backup_state, "failed");
      },
    );

    await t.step("a run can be cancelled from the server like any other", async () => {
      await edit({ cron: daily(30).cron });
      await applied(stack, host);
      await host.agent.stop();
      wasOffForAnHour(host);
      host.agent.start();
      const running = await stack.poll(
        "the job to run",
        async () => (await jobsOf(stack, schedule))[2],
        (job) => job?.status === "running",
      );
      await stack.api.call("POST", `/api/jobs/${running!.id}/cancel`);
      assert.equal((await ended(stack, running!.id)).status, "cancelled");
    });

    await t.step("a pause holds it, and what fell into the pause is not made up for", async () => {
      await edit({ cron: daily(40).cron, bandwidth: {} });
      const until = new Date(Date.now() + 3_600_000).toISOString();
      const pause = { until, reason: "the disk moves" };
      await stack.api.call("PUT", `/api/hosts/${host.id}/pause`, pause);
      const paused = await applied(stack, host);
      assert.deepEqual(paused.paused, { ...pause, by: "admin" });
      await host.agent.stop();
      wasOffForAnHour(host);
      await reconnected(stack, host);
      assert.equal((await jobsOf(stack, schedule)).length, 3);
      await stack.api.call("DELETE", `/api/hosts/${host.id}/pause`);
      await applied(stack, host);
      assert.equal((await jobsOf(stack, schedule)).length, 3);
    });

    const audit = await stack.api.call<{ items: AuditEntry[] }>(
      "GET",
      "/api/audit?action=schedule.ran_twice",
    );
    assert.deepEqual(audit.items, []);
    assert.equal((await stack.restic(host, "check")).code, 0);
  } finally {
    await stack.stop();
  }
});
