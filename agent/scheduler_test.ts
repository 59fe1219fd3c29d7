import assert from "node:assert/strict";
import type { AgentSchedule } from "../server/protocol/server_messages.ts";
import { SUCCESS, TestAgent } from "./test_agent.ts";
import { TestServer, until } from "./test_server.ts";
import { FakeTiming } from "./timing.ts";

const ID = "0193a3c2-0000-7000-8000-0000000000aa";

function everyHour(over: Partial<AgentSchedule> = {}): AgentSchedule {
  return {
    id: ID,
    kind: "backup",
    cron: "0 * * * *",
    timezone: "UTC",
    jitter_seconds: 0,
    catch_up: true,
    enabled: true,
    since: "2026-11-12T08:42:00.000Z",
    args: { backup_set: { paths: ["/data"], excludes: [], tags: [] }, bandwidth: {} },
    ...over,
  };
}

function setOf(schedules: AgentSchedule[], schedule_version = 1) {
  return { type: "schedule.set" as const, schedule_version, schedules, paused_until: null };
}

/** Time goes on by a second now and then, for those who wait to connect again. */
async function slowly(timing: FakeTiming, what: string, condition: () => boolean): Promise<void> {
  let polls = 0;
  await until(what, () => {
    if (++polls % 5 === 0) timing.advance(1);
    return condition();
  });
}

/** Each job's report once: what was not acknowledged in time comes again. */
function once<T extends { job_id: string }>(reports: T[]): T[] {
  return [...new Map(reports.map((report) => [report.job_id, report])).values()];
}

async function withAgent(
  work: (server: TestServer, agent: TestAgent, timing: FakeTiming) => Promise<void>,
): Promise<void> {
  const server = await TestServer.start();
  const agent = await TestAgent.enrolled(server);
  const timing = new FakeTiming(); // 12 November 2026, 08:42:05 UTC
  try {
    agent.start(timing);
    await until("a hello", () => server.of("hello").length > 0);
    await server.order([server.config()]);
    await work(server, agent, timing);
  } finally {
    await agent.remove();
    await server.stop();
  }
}

Deno.test("A schedule that was pushed is acknowledged, fires at its time, and is reported in order", async () => {
  await withAgent(async (server, agent, timing) => {
    await server.order([setOf([everyHour()])]);
    await until("an ack", () => server.of("schedule.ack").length === 1);
    assert.deepEqual(server.of("schedule.ack")[0], {
      type: "schedule.ack",
      schedule_version: 1,
      refused: null,
    });
    timing.advance(18 * 60);
    await slowly(timing, "the end", () => once(server.of("job.finished")).length === 1);
    const [scheduled] = once(server.of("job.scheduled"));
    assert.equal(scheduled!.due_at, "2026-11-12T09:00:00.000Z");
    assert.equal(scheduled!.is_catch_up, false);
    assert.deepEqual(scheduled!.backup_set?.paths, ["/data"]);
    const types = server.received.flatMap((m) => "job_id" in m && "report" in m ? [m.type] : []);
    assert.deepEqual(types, ["job.scheduled", "job.started", "job.finished"]);
    assert.equal(once(server.of("job.finished"))[0]!.job_id, scheduled!.job_id);
    assert.equal(agent.restic.backups, 1);
  });
});

Deno.test("A run that is due while the one before runs is left out, and its log says so", async () => {
  await withAgent(async (server, agent, timing) => {
    const over = Promise.withResolvers<void>();
    agent.restic.backup = async () => {
      await over.promise;
      return SUCCESS;
    };
    await server.order([setOf([everyHour()])]);
    await until("an ack", () => server.of("schedule.ack").length === 1);
    timing.advance(18 * 60);
    await slowly(timing, "a backup", () => agent.restic.backups === 1);
    timing.advance(3600);
    await slowly(timing, "the skip", () => agent.logged("the one before is not over"));
    over.resolve();
    await slowly(timing, "the end", () => once(server.of("job.finished")).length === 1);
    const lines = server.of("log.stream").flatMap((m) => m.lines.map((line) => line.payload));
    assert.deepEqual(lines, [
      "[The run due at 2026-11-12T10:00:00.000Z was left out: this one was not over]",
    ]);
    timing.advance(3600);
    await slowly(timing, "the next", () => once(server.of("job.finished")).length === 2);
    assert.equal(once(server.of("job.scheduled"))[1]!.due_at, "2026-11-12T11:00:00.000Z");
  });
});

Deno.test("A set that cannot be used is refused with the reason, and the old one goes on", async () => {
  await withAgent(async (server, agent, timing) => {
    await server.order([setOf([everyHour()])]);
    await server.order([setOf([everyHour({ timezone: "Mars/Olympus" })], 2)]);
    await until("both acks", () => server.of("schedule.ack").length === 2);
    const [, refused] = server.of("schedule.ack");
    assert.equal(refused!.schedule_version, 1);
    assert.match(refused!.refused ?? "", /Mars\/Olympus/);
    timing.advance(18 * 60);
    await slowly(timing, "the end", () => once(server.of("job.finished")).length === 1);
    assert.equal(agent.restic.backups, 1);
  });
});

Deno.test("An agent that was stopped while its scheduled backup ran reports it once and does not run it again", async () => {
  await withAgent(async (server, agent, timing) => {
    agent.restic.backup = ({ signal }) =>
      new Promise((resolve) =>
        signal.addEventListener(
          "abort",
          () =>
            resolve({ ...SUCCESS, status: "cancelled", exit_code: 130, error_class: "cancelled" }),
        )
      );
    await server.order([setOf([everyHour()])]);
    await until("an ack", () => server.of("schedule.ack").length === 1);
    timing.advance(18 * 60);
    await slowly(timing, "a backup", () => agent.restic.backups === 1);
    await agent.stop();
    agent.restic.backup = () => Promise.resolve(SUCCESS);
    agent.start(timing);
    await slowly(timing, "the end", () => once(server.of("job.finished")).length === 1);
    assert.equal(once(server.of("job.finished"))[0]!.status, "interrupted");
    // The first agent may have told the end before it stopped.
    await slowly(timing, "the hello", () => server.of("hello").at(-1)!.schedule_version === 1);
    timing.advance(3600);
    await slowly(timing, "the next", () => once(server.of("job.finished")).length === 2);
    assert.deepEqual(once(server.of("job.scheduled")).map((one) => one.due_at), [
      "2026-11-12T09:00:00.000Z",
      "2026-11-12T10:00:00.000Z",
    ]);
  });
});
