import assert from "node:assert/strict";
import { aHost, anEnrollment } from "../../server/agents/test_world.ts";
import { SYSTEM } from "../../server/auth/permissions.ts";
import { paths } from "../../server/protocol/paths.ts";
import { assertAccessible, assertFits } from "./browser.ts";
import { BROWSER_TEST, type LocalSite, withSite } from "./local_site.ts";

const LOST = "The connection to the server is lost.";
const RUN_ID = "01980000-0000-7000-8000-000000000001";

/** An enrolled host with a backup under way, a third of it done. */
async function runningJob({ app }: LocalSite) {
  const { enrollment, hosts, jobs, repositories } = app.services;
  const { host, token } = await enrollment.add(SYSTEM, aHost("web-01"));
  await enrollment.enroll(anEnrollment(token), "192.0.2.7");
  repositories.markInitialised(hosts.get(SYSTEM, host.id).repository_id!);
  const { id: job_id } = jobs.start(SYSTEM, host.id, { kind: "backup", bandwidth: {} });
  jobs.apply(host.id, {
    type: "job.started",
    report: { run_id: RUN_ID, seq: 1 },
    job_id,
    kind: "backup",
    started_at: new Date(app.clock.now_ms()).toISOString(),
  });
  jobs.apply(host.id, {
    type: "job.progress",
    job_id,
    phase: "uploading",
    percent_done: 0.33,
    files_done: 8120,
    total_files: 18_445,
    bytes_done: 24_900_000_000,
    total_bytes: 58_000_000_000,
    error_count: 0,
    eta_seconds: 312,
    throughput_bytes_per_second: 93_000_000,
    current_files: [],
  });
  return { host_id: host.id, job_id };
}

Deno.test(
  "the overview and a host's page say how old they are while the server is away, and come back by themselves",
  BROWSER_TEST,
  async () => {
    await withSite(async (site) => {
      const { app, page, context, base_url } = site;
      const { host_id } = await runningJob(site);
      const { enrollment, repositories, hosts } = app.services;
      const idle = await enrollment.add(SYSTEM, aHost("idle-01"));
      await enrollment.enroll(anEnrollment(idle.token), "192.0.2.8");
      repositories.markInitialised(hosts.get(SYSTEM, idle.host.id).repository_id!);
      const host_page = await context.newPage();
      for (const [one, path] of [[page, "/"], [host_page, paths.host(idle.host.id)]] as const) {
        await one.goto(base_url + path);
        await one.locator("#live-mark[data-live-state=live]").waitFor();
        assert.equal(await one.getByText("last known").isVisible(), false);
      }
      assert.ok(host_id !== idle.host.id);
      const run = host_page.getByRole("button", { name: "Run now", exact: true });
      assert.equal(await run.isDisabled(), false);

      await site.stop();
      for (const one of [page, host_page]) {
        await one.locator("main").getByText(LOST).waitFor();
        await one.getByText(/old, from \d\d:\d\d:\d\d\. Backups go on without this page/).waitFor();
        await one.getByText("Not live").waitFor();
      }
      await page.getByText("last known").waitFor();
      await page.getByText(/^as of \d\d:\d\d:\d\d$/).waitFor();
      await page.getByText("33 %").first().waitFor();
      assert.equal(await run.isDisabled(), true);
      assert.equal(
        await run.getAttribute("title"),
        "Not while the connection to the server is lost",
      );
      await host_page.keyboard.press("r");
      await host_page.getByText("Run now is off").waitFor();
      await assertAccessible(page, "the overview without its server");
      await page.setViewportSize({ width: 390, height: 800 });
      await assertFits(page, "the overview without its server, on a phone");

      await page.evaluate(() => document.body.dataset["same"] = "page");
      site.start();
      for (const one of [page, host_page]) {
        await one.locator("#live-mark[data-live-state=live]").waitFor({ state: "attached" });
        assert.equal(await one.locator("main").getByText(LOST).count(), 0);
      }
      assert.equal(await page.getByText("last known").isVisible(), false);
      assert.equal(await page.evaluate(() => document.body.dataset["same"]), "page", "no reload");
      assert.equal(await run.isDisabled(), false);
      assert.notEqual(
        await run.getAttribute("title"),
        "Not while the connection to the server is lost",
      );
    });
  },
);

Deno.test(
  "a job's page says that its server is away, claims nothing meanwhile, and goes on",
  BROWSER_TEST,
  async () => {
    await withSite(async (site) => {
      const { app, page, base_url } = site;
      const { host_id, job_id } = await runningJob(site);
      await page.goto(base_url + paths.job(job_id));
      await page.locator("#live-mark[data-live-state=live]").waitFor();
      await site.stop();
      await page.locator("main").getByText(LOST).waitFor();
      await page.getByText("Not live").waitFor();
      await page.getByText(/Next try in|Trying now/).waitFor();
      assert.ok(await page.locator("html[data-stale]").count() === 1);
      await page.getByRole("button", { name: "Cancel job" }).click();
      const cancel = page.getByRole("dialog").getByRole("button", { name: "Cancel job" });
      assert.equal(await cancel.isDisabled(), true);
      await page.getByRole("button", { name: "Keep it running" }).click();
      await assertAccessible(page, "a job's page without its server");

      const at = new Date(app.clock.now_ms()).toISOString();
      app.services.jobs.apply(host_id, {
        type: "job.finished",
        report: { run_id: RUN_ID, seq: 2 },
        job_id,
        kind: "backup",
        status: "failed",
        exit_code: 12,
        error_class: "wrong_password",
        error: "Fatal: wrong password or no key found",
        stats: null,
        log_lines: 0,
        started_at: at,
        finished_at: at,
      });
      site.start();
      await page.getByText("What to try").waitFor();
      assert.equal(await page.locator("main").getByText(LOST).count(), 0);
      assert.equal(await page.getByRole("button", { name: "Retry" }).isDisabled(), false);
    });
  },
);

Deno.test(
  "a row whose state changed is tinted once, and not for a mere tick of its numbers",
  BROWSER_TEST,
  async () => {
    await withSite(async (site) => {
      const { app, page, base_url, faults } = site;
      const { host_id, job_id } = await runningJob(site);
      await page.goto(base_url + "/hosts");
      await page.locator("#live-mark[data-live-state=live]").waitFor();
      await page.evaluate(() => {
        const seen: string[] = [];
        Object.assign(globalThis, { seen });
        new MutationObserver((changes) => {
          for (const { target } of changes) {
            const row = target as Element;
            if (row.hasAttribute("data-changed")) seen.push(row.getAttribute("data-key")!);
          }
        }).observe(document.body, { subtree: true, attributeFilter: ["data-changed"] });
      });
      const at = new Date(app.clock.now_ms()).toISOString();
      const of_row = page.getByRole("row", { name: /web-01/ });
      await of_row.getByText("33 %").waitFor();
      app.services.jobs.apply(host_id, {
        type: "job.finished",
        report: { run_id: RUN_ID, seq: 2 },
        job_id,
        kind: "backup",
        status: "failed",
        exit_code: 12,
        error_class: "wrong_password",
        error: "Fatal: wrong password or no key found",
        stats: null,
        log_lines: 0,
        started_at: at,
        finished_at: at,
      });
      await of_row.getByText("Failed").waitFor();
      await page.locator("[data-changed]").waitFor({ state: "detached" });
      const seen = await page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);
      assert.deepEqual(seen, [host_id]);
      assert.deepEqual(faults, []);
    });
  },
);
