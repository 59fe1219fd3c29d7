import assert from "node:assert/strict";
import type { CommandRun } from "../../server/protocol/server_messages.ts";
import { mintId } from "../../server/ids.ts";
import { FakeAgent } from "../../server/tasks/stack/fake_agent.ts";
import { ADMIN, Stack } from "../stack.ts";
import { launch, signIn, watchFaults } from "./browser.ts";

const JOBS = 50;
const SNAPSHOT = "a".repeat(64);

/** Ends the job at once: started, one log line and finished leave in one go. */
function finishAtOnce(agent: FakeAgent, { job_id, kind }: CommandRun): void {
  const now = new Date().toISOString();
  agent.report({ type: "job.started", job_id, kind, started_at: now });
  agent.report({
    type: "log.stream",
    job_id,
    lines: [{ seq: 1, ts: now, stream: "stdout", payload: `line of ${job_id}` }],
  });
  agent.report({
    type: "job.finished",
    job_id,
    kind,
    status: "succeeded",
    exit_code: 0,
    error_class: null,
    error: null,
    stats: { snapshot_id: SNAPSHOT },
    log_lines: 1,
    started_at: now,
    finished_at: now,
  });
}

Deno.test("a job page opened while or just after the job ends shows the end, 50 times of 50", async () => {
  const stack = await Stack.start();
  const browser = await launch();
  let agent: FakeAgent | undefined;
  try {
    const host = await stack.addPendingHost("fast-01", ["/srv"]);
    agent = await FakeAgent.enroll(
      { base_url: stack.server.url, onRun: finishAtOnce },
      host.answer.token,
    );
    await agent.connect();
    agent.report({
      type: "snapshots.report",
      listing_id: mintId(),
      page: 1,
      pages: 1,
      snapshots: [{
        id: SNAPSHOT,
        time: new Date().toISOString(),
        hostname: "fast-01",
        username: null,
        paths: ["/srv"],
        tags: [],
        parent: null,
        program_version: null,
        size_bytes: 1,
        file_count: 1,
        added_bytes: 1,
      }],
    });
    await stack.poll(
      "the repository to count as initialised",
      () => stack.host(host.id),
      (row) => row.repository_initialised_at !== null,
    );
    const context = await browser.newContext();
    const faults = watchFaults(context);
    const page = await context.newPage();
    await signIn(page, stack.server.url, ADMIN);
    for (let i = 0; i < JOBS; i++) {
      const { id } = await stack.startJob(host.id, { kind: "backup" });
      await page.goto(`${stack.server.url}/jobs/${id}`);
      await page.getByText("Succeeded").first().waitFor();
      await page.getByText(`line of ${id}`).first().waitFor();
    }
    assert.deepEqual(faults, []);
  } finally {
    agent?.close();
    await browser.close();
    await stack.stop();
  }
});
