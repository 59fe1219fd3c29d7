import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { mintId } from "../../server/ids.ts";
import type { JobFinished } from "../../server/protocol/agent_messages.ts";
import type { CommandRun } from "../../server/protocol/server_messages.ts";
import { FakeAgent } from "../../server/tasks/stack/fake_agent.ts";
import { ADMIN, poll } from "../stack.ts";
import { assertFits, launch, signIn, watchFaults } from "./browser.ts";
import { Site } from "./seeded_site.ts";

const SNAPSHOT = "b".repeat(64);

function start(agent: FakeAgent, { job_id, kind }: CommandRun): void {
  const now = new Date().toISOString();
  agent.report({ type: "job.started", job_id, kind, started_at: now });
  const payload = `working on ${kind}`;
  agent.report({
    type: "log.stream",
    job_id,
    lines: [{ seq: 1, ts: now, stream: "stdout", payload }],
  });
}

function finish(
  agent: FakeAgent,
  { job_id, kind }: Pick<CommandRun, "job_id" | "kind">,
  end: Pick<JobFinished, "status" | "exit_code" | "error_class" | "stats">,
): void {
  const now = new Date().toISOString();
  const report = { type: "job.finished", job_id, kind, started_at: now, finished_at: now } as const;
  agent.report({ ...report, ...end, error: null, log_lines: 1 });
}

function listSnapshot(agent: FakeAgent): void {
  agent.report({
    type: "snapshots.report",
    listing_id: mintId(),
    page: 1,
    pages: 1,
    snapshots: [{
      id: SNAPSHOT,
      time: new Date().toISOString(),
      hostname: "web-01",
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
}

/** Reloads until the page says it, as somebody impatient does. */
async function reloadUntil(page: Page, text: string): Promise<void> {
  await poll(text, async () => {
    await page.reload();
    return await page.getByText(text).count();
  }, (count) => count > 0);
}

Deno.test("without script: sign in, add a host, initialise, back up, cancel, change settings, sign out", async () => {
  const site = await Site.start();
  const browser = await launch();
  let agent: FakeAgent | undefined;
  try {
    await site.server.firstAdmin(ADMIN.username, ADMIN.password);
    const context = await browser.newContext({ javaScriptEnabled: false });
    const faults = watchFaults(context);
    const page = await context.newPage();
    await signIn(page, site.url, ADMIN);

    await page.getByRole("link", { name: "Add host" }).first().click();
    await page.getByLabel("Name", { exact: true }).fill("web-01");
    await page.getByLabel("Address on a REST server").fill("https://backup.example:8000/web-01/");
    await page.getByLabel("Paths").fill("/srv");
    await page.getByRole("button", { name: "Create install command" }).click();
    const token = await page.locator("#token").innerText();
    const runs: CommandRun[] = [];
    agent = await FakeAgent.enroll({
      base_url: site.url,
      onRun(self, command) {
        runs.push(command);
        start(self, command);
      },
    }, token);
    await agent.connect();
    const nextRun = () => poll("a command", () => runs.shift(), (run) => run !== undefined);

    await page.getByRole("link", { name: "Open host" }).click();
    await page.getByRole("button", { name: "Initialise repo" }).click();
    await page.getByRole("heading", { name: /Initialis.* web-01/ }).waitFor();
    const init = await nextRun();
    // The page asks again by itself, without script too.
    await page.getByText("working on init").first().waitFor();
    const good = { status: "succeeded", exit_code: 0, error_class: null, stats: null } as const;
    finish(agent, init!, good);
    await reloadUntil(page, "Succeeded");

    await page.getByRole("link", { name: "web-01" }).last().click();
    await page.getByRole("button", { name: "Run now", exact: true }).click();
    await page.getByRole("heading", { name: "Backup of web-01" }).waitFor();
    const backup = await nextRun();
    await reloadUntil(page, "working on backup");
    finish(agent, backup!, { ...good, stats: { snapshot_id: SNAPSHOT } });
    listSnapshot(agent);
    await reloadUntil(page, "Succeeded");

    await page.getByRole("link", { name: "web-01" }).last().click();
    await page.getByLabel("Other jobs").click();
    await page.getByLabel("Upload limit").fill("512");
    await page.getByRole("button", { name: "Run now with these limits" }).click();
    await page.getByRole("heading", { name: "Backup of web-01" }).waitFor();
    const slow = await nextRun();
    assert.equal(slow!.args.bandwidth.limit_upload_kib_per_second, 512);
    // Asking again folds the question up: fresh from a reload there is time to answer it.
    await reloadUntil(page, "working on backup");
    await page.locator("summary", { hasText: "Cancel job" }).click();
    await assertFits(page, "the question before a cancel");
    await page.locator("details").getByRole("button", { name: "Cancel job" }).click();
    await page.getByText("Cancelling").first().waitFor();
    await poll(
      "the cancel to arrive",
      () => agent!.received,
      (all) => all.some(({ type }) => type === "command.cancel"),
    );
    finish(agent, slow!, { ...good, status: "cancelled", exit_code: 130 });
    await reloadUntil(page, "Cancelled");

    await page.getByRole("link", { name: "web-01" }).last().click();
    await page.locator(".tabs").getByRole("link", { name: "Snapshots" }).click();
    await page.getByText(SNAPSHOT.slice(0, 8)).waitFor();
    await page.locator(".tabs").getByRole("link", { name: "Settings" }).click();
    await page.getByLabel("Paths").fill("relative");
    await page.getByRole("button", { name: "Save", exact: true }).last().click();
    await page.getByText("must be absolute").waitFor();
    await page.getByLabel("Paths").fill("/srv\n/etc");
    await page.getByRole("button", { name: "Save", exact: true }).last().click();
    await page.getByText("Saved").first().waitFor();
    assert.equal(await page.getByLabel("Paths").inputValue(), "/srv\n/etc");
    await page.getByRole("button", { name: "Sign out" }).first().click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    assert.deepEqual(faults.filter((fault) => !/status of 4\d\d/.test(fault)), []);
  } finally {
    agent?.close();
    await browser.close();
    await site.stop();
  }
});
