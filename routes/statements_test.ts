import assert from "node:assert/strict";
import { countStatements } from "../bench/statements.ts";
import { SYSTEM } from "../server/auth/permissions.ts";
import { paths } from "../server/protocol/paths.ts";
import { ListJobsQuery } from "../server/protocol/rest.ts";
import { seedStory } from "../server/tasks/seed/story.ts";
import { testApp } from "../server/testing.ts";

const STATEMENTS_MAX = 10;

Deno.test("no page of hosts and jobs runs more than ten statements", async (t) => {
  const app = await testApp();
  const { services } = app;
  await seedStory(
    { ...services, clock: app.clock, present: new Set() },
    { host_count: 12, snapshot_count: 30, now_ms: app.clock.now_ms() },
  );
  const { headers } = await app.signIn("admin");
  // What each server reads once, as the times of all schedules, is read by its first page.
  await (await app.ask("/", { headers })).text();
  const host = services.hosts.survey(SYSTEM).all.find(({ name }) => name === "db-primary")!;
  const backup = services.jobs.start(SYSTEM, host.id, { kind: "backup", bandwidth: {} });
  const failed = services.jobs.list(
    SYSTEM,
    ListJobsQuery.parse({ host_id: host.id, status: "failed" }),
  ).items[0]!;
  const schedule = services.schedules.list(SYSTEM, host.id).items[0]!;
  const pages = [
    paths.host(host.id),
    paths.hostSnapshots(host.id),
    paths.hostSchedules(host.id),
    paths.addSchedule(host.id),
    paths.schedule(host.id, schedule.id),
    paths.hostJobs(host.id),
    paths.hostRepository(host.id),
    paths.hostSettings(host.id),
    paths.hostInstall(host.id),
    paths.hosts(),
    paths.jobs(),
    paths.job(backup.id),
    paths.job(failed.id),
    "/",
  ];
  for (const path of pages) {
    await t.step(path.replaceAll(/[0-9a-f-]{36}/g, ":id"), async () => {
      const count = await countStatements(services.db, async () => {
        const answer = await app.ask(path, { headers });
        assert.equal(answer.status, 200);
        await answer.text();
      });
      assert.ok(count <= STATEMENTS_MAX, `${count} statements`);
    });
  }
});
