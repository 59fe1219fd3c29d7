import assert from "node:assert/strict";
import { SYSTEM } from "../../server/auth/permissions.ts";
import { AddHostRequest } from "../../server/protocol/rest.ts";
import type { TestApp } from "../../server/testing.ts";
import { assertAccessible, assertFits } from "./browser.ts";
import { BROWSER_TEST, withSite } from "./local_site.ts";

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

Deno.test(
  "the overview follows the server without a reload and keeps focus and typed text",
  BROWSER_TEST,
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
  BROWSER_TEST,
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
  BROWSER_TEST,
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
  BROWSER_TEST,
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
  BROWSER_TEST,
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
  BROWSER_TEST,
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
