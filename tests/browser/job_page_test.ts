import assert from "node:assert/strict";
import { aHost, anEnrollment } from "../../server/agents/test_world.ts";
import { SYSTEM } from "../../server/auth/permissions.ts";
import { loadBuild } from "../../server/build_source.ts";
import type { LogLine } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";
import { testApp } from "../../server/testing.ts";
import { assertAccessible, assertFits, launch, watchFaults } from "./browser.ts";

const LINES = 2000;
const RUN_ID = "01980000-0000-7000-8000-000000000001";
const AT = "2026-11-12T08:42:05.000Z";

function linesFrom(first: number, last: number): LogLine[] {
  return Array.from({ length: last - first + 1 }, (_, i) => ({
    seq: first + i,
    ts: AT,
    stream: i === 0 ? "stderr" : "stdout",
    payload: i === 0 ? "\x1b[31mmarker\u202e <img src=x>" : `line ${first + i}`,
  }));
}

Deno.test("a job's page follows it to its end, and finds a line that it did not hold", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const base_url = `http://127.0.0.1:${port}`;
  const app = await testApp({ ...await loadBuild(), config: { base_url, cookie_secure: false } });
  const { enrollment, hosts, jobs, repositories } = app.services;
  const added = await enrollment.add(SYSTEM, aHost("web-01"));
  await enrollment.enroll(anEnrollment(added.token), "192.0.2.7");
  const host_id = added.host.id;
  repositories.markInitialised(hosts.get(SYSTEM, host_id).repository_id!);
  const job_id = jobs.start(SYSTEM, host_id, { kind: "backup", bandwidth: {} }).id;
  let seq = 0;
  const report = () => ({ run_id: RUN_ID, seq: ++seq });
  const log = (lines: LogLine[]) =>
    jobs.apply(host_id, { type: "log.stream", report: report(), job_id, lines });
  jobs.apply(host_id, {
    type: "job.started",
    report: report(),
    job_id,
    kind: "backup",
    started_at: AT,
  });
  for (let first = 1; first < LINES; first += 500) log(linesFrom(first, first + 499));

  const admin = await app.signIn("admin");
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, app.handler);
  const browser = await launch();
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const [name, value] = admin.cookie.split("=") as [string, string];
    await context.addCookies([{ name, value, url: base_url }]);
    const faults = watchFaults(context);
    const page = await context.newPage();
    await page.goto(`${base_url}${paths.job(job_id)}`);
    await page.getByRole("switch", { name: "Follow" }).waitFor();

    log(linesFrom(LINES + 1, LINES + 3));
    await page.getByText(`line ${LINES + 3}`, { exact: true }).waitFor();
    const rows = page.locator(".log-rows > li");
    assert.ok(await rows.count() < 200, "only the rows on screen are drawn");

    await context.route("**/logs?*", (route) => route.abort());
    await page.keyboard.press("/");
    await page.keyboard.type("line 7");
    await page.getByText("Earlier lines of the log could not be read.").waitFor();
    await assertAccessible(page, "a log that could not be read whole");
    await context.unroute("**/logs?*");
    faults.length = 0; // The failed request itself.
    await page.getByRole("button", { name: "Retry" }).click();
    await page.getByText("111 found").waitFor();
    assert.equal(await page.getByText("Earlier lines of the log").count(), 0);
    await page.getByLabel("Search the log").focus();
    await page.keyboard.press("Enter");
    await page.locator("[data-current]", { hasText: "line 7" }).waitFor();
    assert.equal(await page.getByRole("switch", { name: "Follow" }).isChecked(), false);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Warnings" }).click();
    await page.getByText("\\x1b[31mmarker\\u202e <img src=x>").first().waitFor();

    jobs.apply(host_id, {
      type: "job.finished",
      report: report(),
      job_id,
      kind: "backup",
      status: "failed",
      exit_code: 12,
      error_class: "wrong_password",
      error: "Fatal: wrong password or no key found",
      stats: null,
      log_lines: LINES + 3,
      started_at: AT,
      finished_at: AT,
    });
    await page.getByText("What to try").waitFor();
    await page.getByRole("button", { name: "Retry" }).waitFor();
    await assertAccessible(page, "a failed job");
    await assertFits(page, "a failed job");
    assert.deepEqual(faults, []);
  } finally {
    await browser.close();
    await server.shutdown();
  }
});
