import assert from "node:assert/strict";
import { writeConfig } from "../../agent/config.ts";
import { SUCCESS, TestAgent } from "../../agent/test_agent.ts";
import { until as soon } from "../../agent/test_server.ts";
import { FakeTiming } from "../../agent/timing.ts";
import { aHost, anEnrollment } from "../../server/agents/test_world.ts";
import { SYSTEM } from "../../server/auth/permissions.ts";
import { CronSchedule } from "../../server/protocol/cron.ts";
import type { Job } from "../../server/protocol/entities.ts";
import { AddScheduleRequest } from "../../server/protocol/schedule_rest.ts";
import { toBase64 } from "../../server/protocol/signing.ts";
import { freePort } from "../../server/tasks/stack/processes.ts";
import { type TestApp, testApp } from "../../server/testing.ts";

const DAYS = 30;
const RESTARTS = 6;
const TIMES = [
  { name: "Nightly", cron: "30 2 * * *", timezone: "Europe/Berlin" },
  { name: "Every 6 h", cron: "0 */6 * * *", timezone: "UTC" },
  { name: "Every 3 h", cron: "15 */3 * * *", timezone: "America/St_Johns" },
];

function serve(app: TestApp, port: number): Deno.HttpServer {
  return Deno.serve({ port, hostname: "127.0.0.1", onListen() {} }, app.handler);
}

/** A host whose agent is enrolled at the app, and not running. */
async function anAgent(app: TestApp, url: string) {
  const { host, token } = await app.services.enrollment.add(SYSTEM, aHost("web-01"));
  const { bearer } = await app.services.enrollment.enroll(anEnrollment(token), "127.0.0.1");
  const agent = await TestAgent.onDisk();
  await writeConfig(agent.config_dir, {
    ...{ server_url: url, host_id: host.id, host_name: host.name, bearer, epoch: 1 },
    server_public_key: toBase64(app.services.identity.public_key),
    secrets_key: toBase64(new Uint8Array(32).fill(7)),
    ...{ restic_path: null, cert_pin_sha256: [], cert_pin_sha256_pushed: null },
    server_key_changes: [],
  });
  return { host, agent };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function allJobs(app: TestApp): Job[] {
  const jobs: Job[] = [];
  for (;;) {
    const query = { order: "asc", limit: 500, offset: jobs.length } as const;
    const { items, total } = app.services.jobs.list(SYSTEM, query);
    jobs.push(...items);
    if (jobs.length >= total) return jobs;
  }
}

Deno.test("thirty days without the server: every run happens, and every result arrives once, in order", async () => {
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const app = await testApp({ config: { base_url: url } });
  await app.signIn("admin"); // Ends the first run.
  const { schedules, hosts, repositories, audit } = app.services;
  let server = serve(app, port);
  const { host, agent } = await anAgent(app, url);
  const timing = new FakeTiming(); // At the same moment as the app's clock.
  /** Both clocks go on by a second now and then, for those who wait. */
  async function until(what: string, condition: () => boolean): Promise<void> {
    for (let n = 0; !condition(); n++) {
      assert.ok(n < 3000, `never came: ${what}`);
      timing.advance(1);
      app.clock.advance(1);
      await pause(20);
    }
  }
  let done = 0;
  agent.restic.backup = ({ onEvent }) => {
    onEvent({ type: "log", stream: "stdout", text: `backup ${++done}` });
    const snapshot_id = done.toString(16).padStart(8, "0");
    return Promise.resolve({ ...SUCCESS, stats: { snapshot_id } });
  };
  try {
    repositories.markInitialised(repositories.forHost(SYSTEM, host.id)!.id);
    agent.start(timing);
    const made = TIMES.map((times) =>
      schedules.add(SYSTEM, host.id, AddScheduleRequest.parse(times))
    );
    await until("the schedules to be applied", () => {
      const { schedule_version, applied_schedule_version } = hosts.get(SYSTEM, host.id);
      return schedule_version === applied_schedule_version;
    });
    app.services.hub.closeAll(1001);
    await server.shutdown();

    const from_ms = timing.now_ms();
    const due = made.flatMap(({ id, cron, timezone }) =>
      new CronSchedule(cron, timezone).upcoming(from_ms, DAYS * 24)
        .filter((at_ms) => at_ms <= from_ms + DAYS * 86_400_000).map((at_ms) => ({ id, at_ms }))
    ).sort((one, other) => one.at_ms - other.at_ms);
    const moments = [...new Set(due.map(({ at_ms }) => at_ms))];
    for (const [n, at_ms] of moments.entries()) {
      timing.advance((at_ms - timing.now_ms()) / 1000);
      const wanted = due.filter((run) => run.at_ms <= at_ms).length;
      await soon("the runs of a moment", () => done >= wanted);
      if (n % Math.ceil(moments.length / RESTARTS) === 10) {
        await agent.stop();
        agent.start(timing);
        // Without a server it waits for that a while.
        await soon("the start", () => timing.sleeping > 1);
        timing.advance(301);
      }
    }
    assert.equal(done, due.length);

    app.clock.advance((timing.now_ms() - app.clock.now_ms()) / 1000);
    server = serve(app, port);
    await until("all results", () => {
      const { total } = app.services.jobs.list(SYSTEM, { order: "asc", limit: 1, offset: 0 });
      return total === due.length && app.services.jobs.open(SYSTEM).length === 0;
    });
    const jobs = allJobs(app);
    assert.deepEqual(
      jobs.map(({ schedule_id, due_at }) => `${due_at} ${schedule_id}`).sort(),
      due.map(({ id, at_ms }) => `${new Date(at_ms).toISOString()} ${id}`).sort(),
    );
    assert.deepEqual(new Set(jobs.map(({ status }) => status)), new Set(["succeeded"]));
    assert.ok(
      jobs.every(({ is_catch_up, actor_kind }) => !is_catch_up && actor_kind === "schedule"),
    );
    const ends = jobs.map(({ finished_at }) => finished_at!);
    assert.deepEqual(ends, ends.toSorted());
    const snapshots = jobs.map(({ stats }) => stats!.snapshot_id!);
    assert.deepEqual(snapshots, snapshots.toSorted());
    assert.equal(new Set(snapshots).size, jobs.length);
    for (const { id, log_lines } of jobs) assert.equal(log_lines, 1, id);
    assert.deepEqual(audit.list(SYSTEM, { action: "schedule.ran_twice", limit: 1 }).items, []);
    assert.equal(hosts.get(SYSTEM, host.id).last_good_backup_at, ends.at(-1));
  } finally {
    await agent.remove();
    app.services.hub.closeAll(1001);
    await server.shutdown();
    app.services.db.close();
  }
});
