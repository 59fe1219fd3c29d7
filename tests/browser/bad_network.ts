/** @module Pages behind a network that goes away while their job ends. */
import assert from "node:assert/strict";
import type { BrowserContext, Page } from "playwright-core";
import { SYSTEM } from "../../server/auth/permissions.ts";
import { loadBuild } from "../../server/build_source.ts";
import { AddHostRequest } from "../../server/protocol/rest.ts";
import { FakeAgent } from "../../server/tasks/stack/fake_agent.ts";
import { freePort } from "../../server/tasks/stack/processes.ts";
import { type TestApp, testApp } from "../../server/testing.ts";
import { seededChance } from "../long/chance.ts";
import { type Cut, TcpProxy } from "../network/tcp_proxy.ts";
import { poll } from "../stack.ts";
import { launch } from "./browser.ts";

interface Site {
  app: TestApp;
  agent: FakeAgent;
  job_id: string;
  proxy: TcpProxy;
  context: BrowserContext;
}

/** A running job whose agent has a good network, and a browser whose network is the proxy. */
async function withRunningJob(test: (site: Site) => Promise<void>): Promise<void> {
  const target_port = freePort();
  const proxy = await TcpProxy.start({ target_port, chance: seededChance() });
  const config = { base_url: proxy.url, cookie_secure: false };
  const app = await testApp({ ...await loadBuild(), config });
  const admin = await app.signIn("admin");
  const listen = { hostname: "127.0.0.1", port: target_port, onListen() {} };
  const server = Deno.serve(listen, app.handler);
  const { enrollment, repositories, jobs, fleet_events } = app.services;
  const { host, token } = await enrollment.add(
    SYSTEM,
    AddHostRequest.parse({
      name: "web-01",
      os: "linux",
      backup_set: { paths: ["/etc"], excludes: [], tags: [] },
      repository: { url: "https://backup.example/web-01/" },
    }),
  );
  const agent = await FakeAgent.enroll({ base_url: `http://127.0.0.1:${target_port}` }, token);
  await agent.connect();
  repositories.markInitialised(repositories.forHost(SYSTEM, host.id)!.id);
  const { id: job_id } = jobs.start(SYSTEM, host.id, { kind: "backup", bandwidth: {} });
  const started_at = new Date(app.clock.now_ms()).toISOString();
  agent.report({ type: "job.started", job_id, kind: "backup", started_at });
  const runs = (status: string) => status === "running";
  await poll("the job to run", () => jobs.get(SYSTEM, job_id).status, runs, 10);
  const browser = await launch();
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const [name, value] = admin.cookie.split("=") as [string, string];
    await context.addCookies([{ name, value, url: proxy.url }]);
    await test({ app, agent, job_id, proxy, context });
  } finally {
    await browser.close();
    agent.close();
    fleet_events.streams.endAll();
    await proxy.stop();
    await server.shutdown();
  }
}

async function open(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  await page.evaluate(() => document.body.dataset["same"] = "page");
  return page;
}

/** The job ends while no page can hear of it. */
async function finish({ app, agent, job_id }: Site): Promise<void> {
  const ts = new Date(app.clock.now_ms()).toISOString();
  const lines = Array.from({ length: 30 }, (_, i) => ({
    ...{ seq: i + 1, ts, stream: "stdout" as const },
    payload: `line number ${i + 1}`,
  }));
  agent.report({ type: "log.stream", job_id, lines });
  const seq = agent.report({
    ...{ type: "job.finished", job_id, kind: "backup", status: "succeeded", exit_code: 0 },
    ...{ error_class: null, error: null, stats: { snapshot_id: "ab12cd34" }, log_lines: 30 },
    ...{ started_at: ts, finished_at: ts },
  });
  await poll("the end", () => agent.acknowledged(seq), (is) => is, 10);
}

const LOST = "The connection to the server is lost.";

/** The job page and the overview say that they are cut off, and come back by themselves. */
export async function loseAndRegain(how: Cut): Promise<void> {
  await withRunningJob(async (site) => {
    const { proxy, context, job_id } = site;
    const job = await open(context, `${proxy.url}/jobs/${job_id}`);
    const overview = await open(context, `${proxy.url}/`);
    await job.getByText("Running").first().waitFor();
    await overview.locator("#live-mark[data-live-state=live]").waitFor();
    proxy.goDark(how);
    await job.getByText(LOST).waitFor({ timeout: 60_000 });
    // A page that shows a running job reads itself every few seconds.
    await overview.getByText(LOST).waitFor({ timeout: 100_000 });
    await finish(site);
    assert.equal(await job.getByText("Succeeded").count(), 0);
    proxy.restore();
    await job.getByText("Succeeded").first().waitFor({ timeout: 60_000 });
    await job.getByText("line number 30").waitFor();
    await overview.locator("#live-mark[data-live-state=live]").waitFor({ timeout: 60_000 });
    for (const page of [job, overview]) {
      assert.equal(await page.getByText(LOST).count(), 0);
      assert.equal(await page.evaluate(() => document.body.dataset["same"]), "page");
    }
  });
}
