import assert from "node:assert/strict";
import type { BrowserContext, Page } from "playwright-core";
import { SYSTEM } from "../../server/auth/permissions.ts";
import { loadBuild } from "../../server/build_source.ts";
import { AddHostRequest } from "../../server/protocol/rest.ts";
import { type TestApp, testApp } from "../../server/testing.ts";
import { assertAccessible, assertFits, launch, watchFaults } from "./browser.ts";

interface Site {
  app: TestApp;
  context: BrowserContext;
  page: Page;
  base_url: string;
  faults: string[];
  start(): void;
  stop(): Promise<void>;
}

/** The real app on a real port, with an administrator signed in to a real browser. */
async function withSite(test: (site: Site) => Promise<void>): Promise<void> {
  const port = freePort();
  const base_url = `http://127.0.0.1:${port}`;
  const app = await testApp({ ...await loadBuild(), config: { base_url, cookie_secure: false } });
  const admin = await app.signIn("admin");
  const browser = await launch();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const [name, value] = admin.cookie.split("=") as [string, string];
  await context.addCookies([{ name, value, url: base_url }]);
  const faults = watchFaults(context);
  let server: Deno.HttpServer | undefined;
  const site: Site = {
    app,
    context,
    page: await context.newPage(),
    base_url,
    faults,
    start: () => {
      server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, app.handler);
    },
    stop: async () => {
      app.services.fleet_events.streams.endAll();
      await server?.shutdown();
      server = undefined;
    },
  };
  site.start();
  try {
    await test(site);
  } finally {
    await browser.close();
    await site.stop();
  }
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

async function addHost(app: TestApp, name: string) {
  return await app.services.enrollment.add(
    SYSTEM,
    AddHostRequest.parse({
      name,
      os: "linux",
      backup_set: { paths: ["/etc"], excludes: [], tags: [] },
      repository: { url: `https://backup.example/${name}/` },
    }),
  );
}

const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "the overview follows the server without a reload and keeps focus and typed text",
  options,
  async () => {
    await withSite(async ({ app, page, base_url, faults }) => {
      await page.goto(base_url + "/");
      await page.getByText("Nothing is backed up yet").waitFor();
      await addHost(app, "web-01");
      await page.getByRole("link", { name: "web-01", exact: true }).first().waitFor();
      await page.evaluate(() => document.body.dataset["same"] = "page");
      await page.getByRole("searchbox").fill("half typed");
      await addHost(app, "db-01");
      await page.getByRole("link", { name: "db-01", exact: true }).first().waitFor();
      assert.equal(await page.getByRole("searchbox").inputValue(), "half typed");
      assert.equal(await page.evaluate(() => document.body.dataset["same"]), "page");
      assert.match(await page.getByRole("heading", { level: 1 }).innerText(), /0 of 2 hosts/);
      assert.deepEqual(faults, []);
    });
  },
);

Deno.test(
  "rows stay where they are under the pointer, and say how many changes wait",
  options,
  async () => {
    await withSite(async ({ app, page, base_url, faults }) => {
      await addHost(app, "web-05");
      await page.goto(base_url + "/");
      const rows = page.locator("#hosts tbody tr");
      await rows.first().hover();
      await addHost(app, "a-first");
      const update = page.getByRole("button", { name: "1 change, update" });
      await update.waitFor();
      assert.equal(await rows.count(), 1);
      await update.click();
      await rows.nth(1).waitFor();
      assert.match(await rows.first().innerText(), /a-first/);
      assert.equal(await update.count(), 0);
      assert.deepEqual(faults, []);
    });
  },
);

Deno.test(
  "settings list what Save would change, take it back, and save it",
  options,
  async () => {
    await withSite(async ({ app, page, base_url, faults }) => {
      const { host } = await addHost(app, "web-01");
      const settings = `${base_url}/hosts/${host.id}/settings`;
      await page.goto(settings);
      const excludes = page.getByLabel("Excludes");
      await excludes.fill("*.tmp");
      await page.getByText("1 unsaved change", { exact: true }).waitFor();
      await page.getByText("exclude *.tmp added").waitFor();
      await page.getByRole("button", { name: "Discard" }).click();
      assert.equal(await excludes.inputValue(), "");
      await page.setViewportSize({ width: 390, height: 844 });
      await page.getByText("Default backup set").first().click();
      await excludes.fill("*.bak");
      await assertAccessible(page, "settings on a phone");
      await assertFits(page, "settings on a phone");
      const form = page.locator("#settings");
      await form.getByRole("button", { name: "Save" }).click();
      await page.getByText("Saved", { exact: true }).first().waitFor();
      assert.deepEqual(app.services.hosts.get(SYSTEM, host.id).backup_set.excludes, ["*.bak"]);
      assert.deepEqual(faults, []);
    });
  },
);

Deno.test(
  "adding a host in the page shows its secrets, and a change of the host does not take them away",
  options,
  async () => {
    await withSite(async ({ app, page, base_url, faults }) => {
      await page.goto(base_url + "/hosts/new");
      await page.getByLabel("Name", { exact: true }).fill("hass-01");
      await page.getByLabel("Address on a REST server").fill("https://backup.example/hass-01/");
      await page.getByLabel("Paths").fill("/etc\n/home");
      await page.getByRole("button", { name: "Create install command" }).click();
      await page.waitForURL(/\/hosts\/[0-9a-f-]+\/install$/);
      const token = await page.locator("#token").innerText();
      const host = app.services.hosts.list(SYSTEM, { limit: 1, offset: 0 }).items[0]!;
      app.services.hosts.edit(SYSTEM, host.id, { tags: ["prod"] });
      await page.locator("#live-mark[data-live-state=live]").waitFor();
      assert.equal(await page.locator("#token").innerText(), token);
      await assertAccessible(page, "install");
      await page.reload();
      assert.equal(await page.locator("#token").count(), 0);
      await page.getByRole("button", { name: "New token" }).click();
      assert.notEqual(await page.locator("#token").innerText(), token);
      assert.deepEqual(faults, []);
    });
  },
);

Deno.test(
  "a page says that it lost the server, switches its buttons off, and comes back by itself",
  options,
  async () => {
    await withSite(async ({ app, page, base_url, start, stop }) => {
      const { token } = await addHost(app, "web-01");
      await app.services.enrollment.enroll({
        token,
        nonce: "n".repeat(32),
        protocol_version: 1,
        agent_version: "0.1.0",
        hostname: "web-01",
        os: "linux",
        os_version: "Debian 12",
        arch: "x86_64",
      }, "192.0.2.7");
      await page.goto(base_url + "/");
      await page.locator("#live-mark[data-live-state=live]").waitFor();
      const button = page.getByRole("row", { name: /web-01/ }).getByRole("button");
      assert.equal(await button.isDisabled(), false);
      await stop();
      await page.getByText("The connection to the server is lost.").waitFor();
      assert.equal(await button.isDisabled(), true);
      await assertAccessible(page, "lost connection");
      start();
      await page.getByRole("button", { name: "Try now" }).click();
      await page.locator("#live-mark[data-live-state=live]").waitFor();
      assert.equal(await page.getByText("The connection to the server is lost.").count(), 0);
      assert.equal(await button.isDisabled(), false);
    });
  },
);

Deno.test(
  "every page of a fleet fits from 360 px to wide, in both themes, and axe finds nothing",
  options,
  async () => {
    await withSite(async ({ app, page, base_url, faults }) => {
      const long = "h" + "o".repeat(63);
      const { host } = await addHost(app, long);
      for (const theme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme: theme });
        for (const path of ["/", "/hosts", "/hosts/new", `/hosts/${host.id}/install`, "/nothing"]) {
          for (const width of [360, 768, 1100, 1440]) {
            await page.setViewportSize({ width, height: 800 });
            await page.goto(base_url + path);
            await assertFits(page, `${path} at ${width} px`);
          }
          await assertAccessible(page, `${path}, ${theme}`);
        }
      }
      assert.deepEqual(faults.filter((fault) => !fault.includes("404")), []);
    });
  },
);
