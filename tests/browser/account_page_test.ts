import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { aHost, anEnrollment } from "../../server/agents/test_world.ts";
import { SYSTEM } from "../../server/auth/permissions.ts";
import { loadBuild } from "../../server/build_source.ts";
import { paths } from "../../server/protocol/paths.ts";
import { sessionCookieName } from "../../server/http/session_cookie.ts";
import { testApp } from "../../server/testing.ts";
import { assertAccessible, assertFits, launch, watchFaults } from "./browser.ts";

const PASSWORD = "violet anchor 71 ribbons";
const NEW_PASSWORD = "eleven copper kettles hum";
/** From the click to the sign-in page, in two other tabs of a machine that may be busy. */
const GONE_WITHIN_MS = 5000;

/** The real app on a real port, and browsers that one viewer is signed in with. */
async function aSite() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const base_url = `http://127.0.0.1:${port}`;
  const app = await testApp({ ...await loadBuild(), config: { base_url, cookie_secure: false } });
  const { user } = await app.signIn("viewer");
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, app.handler);
  const browser = await launch();

  async function signedIn(ip: string, javaScriptEnabled = true) {
    const context = await browser.newContext({ javaScriptEnabled, reducedMotion: "reduce" });
    const user_agent = "Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0";
    const { token } = app.services.sessions.start(user, { ip, user_agent });
    const name = sessionCookieName({ cookie_secure: false });
    await context.addCookies([{ name, value: token, url: base_url }]);
    return { context, page: await context.newPage(), faults: watchFaults(context) };
  }

  async function stop() {
    await browser.close();
    app.services.fleet_events.streams.endAll();
    await server.shutdown();
  }
  return { app, base_url, signedIn, stop };
}

async function aJob(app: Awaited<ReturnType<typeof aSite>>["app"]): Promise<string> {
  const { enrollment, hosts, jobs, repositories } = app.services;
  const added = await enrollment.add(SYSTEM, aHost("web-01"));
  await enrollment.enroll(anEnrollment(added.token), "192.0.2.7");
  repositories.markInitialised(hosts.get(SYSTEM, added.host.id).repository_id!);
  return jobs.start(SYSTEM, added.host.id, { kind: "backup", bandwidth: {} }).id;
}

function isSignIn(url: URL): boolean {
  return url.pathname === paths.login();
}

Deno.test("ending another session takes its live pages to the sign-in within seconds", async () => {
  const { app, base_url, signedIn, stop } = await aSite();
  try {
    const job_id = await aJob(app);
    const here = await signedIn("192.0.2.1");
    const there = await signedIn("192.0.2.2");
    const job_page = await there.context.newPage();
    await job_page.goto(base_url + paths.job(job_id));
    await there.page.goto(base_url + paths.overview());
    await there.page.locator("#live-mark[data-live-state=live]").waitFor();
    await job_page.getByRole("switch", { name: "Follow" }).waitFor();

    await here.page.goto(base_url + paths.account());
    const gone = [there.page, job_page].map((page) =>
      page.waitForURL(isSignIn, { timeout: GONE_WITHIN_MS })
    );
    await here.page.getByRole("button", { name: /^End .* from 192\.0\.2\.2$/ }).click();
    await here.page.getByText("Session ended").waitFor();
    await Promise.all(gone);
    assert.equal(await here.page.getByText("from 192.0.2.2").count(), 0);
    assert.deepEqual(here.faults, []);
  } finally {
    await stop();
  }
});

Deno.test("the account page changes the password, theme and keys, without script too", async () => {
  const { base_url, signedIn, stop } = await aSite();
  try {
    const { page, faults } = await signedIn("192.0.2.1");
    await page.goto(base_url + paths.overview());
    await page.getByTitle("your account").click();
    await page.waitForURL(base_url + paths.account());
    const keys = page.getByRole("switch", { name: /Single-letter keys/ });
    await page.locator("[role=switch]:enabled").waitFor();
    assert.equal(await keys.isChecked(), true);
    await keys.press("Space");
    await page.locator("body").press("g");
    await page.locator("body").press("h");
    await page.reload();
    await page.locator("[role=switch]:enabled:not(:checked)").waitFor();
    await page.getByRole("group", { name: "Theme" }).getByRole("button", { name: "Dark" }).click();
    await page.locator("html[data-theme=dark]").waitFor();
    assert.equal(new URL(page.url()).pathname, paths.account());

    const plain = await signedIn("192.0.2.3", false);
    await plain.page.goto(base_url + paths.account());
    await changePassword(plain.page, PASSWORD, "something else entirely");
    await plain.page.locator("#password_again[aria-invalid=true]").waitFor();
    await changePassword(plain.page, PASSWORD, NEW_PASSWORD);
    await plain.page.getByText("Password changed").waitFor();
    assert.equal(await plain.page.locator(".session").count(), 1);
    await page.waitForURL(isSignIn);
    assert.deepEqual(faults.filter((fault) => !fault.includes("401")), []);
  } finally {
    await stop();
  }
});

async function changePassword(page: Page, current: string, again: string): Promise<void> {
  await page.getByLabel("Current password").fill(current);
  await page.getByLabel("New password", { exact: true }).fill(NEW_PASSWORD);
  await page.getByLabel("New password again").fill(again);
  await page.getByRole("button", { name: "Change password" }).click();
}

Deno.test("the account page fits from 360 px to wide, in both themes, and axe finds nothing", async () => {
  const { base_url, signedIn, stop } = await aSite();
  try {
    await signedIn("2001:db8:1234:5678:9abc:def0:1234:5678");
    const { page, faults } = await signedIn("192.0.2.1");
    await page.goto(base_url + paths.account());
    await assertGood(page, "account");
    await openOnPhone(page, base_url);
    await page.setViewportSize({ width: 1440, height: 900 });
    await changePassword(page, "wrong", "wrong");
    await page.locator("#password_again[aria-invalid=true]").waitFor();
    await assertGood(page, "account refused");
    assert.deepEqual(faults.filter((fault) => !fault.includes("400")), []);
  } finally {
    await stop();
  }
});

async function assertGood(page: Page, title: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [1440, 1000, 390, 360]) {
      await page.setViewportSize({ width, height: 900 });
      await assertFits(page, `${title} at ${width} px`);
      if (width === 1440 || width === 390) {
        await assertAccessible(page, `${title}, ${width} px, ${colorScheme}`);
      }
    }
  }
}

async function openOnPhone(page: Page, base_url: string): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(base_url + paths.overview());
  await page.getByRole("link", { name: "Account", exact: true }).click();
  await page.waitForURL(base_url + paths.account());
}
