import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { SYSTEM } from "../../server/auth/permissions.ts";
import { ListHostsQuery, ListJobsQuery } from "../../server/protocol/rest.ts";
import { assertAccessible } from "./browser.ts";
import { BROWSER_TEST, type LocalSite, withSite } from "./local_site.ts";

async function ready({ page, base_url }: LocalSite, path: string): Promise<void> {
  await page.goto(base_url + path);
  await hydrated(page);
}

async function hydrated(page: Page): Promise<void> {
  await page.locator("html[data-hydrated]").waitFor({ state: "attached" });
}

function idsOf({ app }: LocalSite): Map<string, string> {
  const { items } = app.services.hosts.list(SYSTEM, ListHostsQuery.parse({ limit: 50 }));
  return new Map(items.map((host) => [host.name, host.id]));
}

const focusedText = (page: Page) =>
  page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");

Deno.test(
  "keys lead to places, through rows and tabs, and to a host's settings",
  BROWSER_TEST,
  async () => {
    await withSite(async (site) => {
      const { page, base_url, faults } = site;
      const ids = idsOf(site);
      await ready(site, "/");
      await page.keyboard.press("g");
      await page.keyboard.press("h");
      await page.waitForURL(`${base_url}/hosts`);
      await hydrated(page);
      await page.keyboard.press("j");
      const first = await focusedText(page);
      await page.keyboard.press("j");
      assert.notEqual(await focusedText(page), first);
      await page.keyboard.press("k");
      assert.equal(await focusedText(page), first);
      await page.keyboard.press("Escape");
      assert.notEqual(await focusedText(page), first, "Esc leaves the row");

      await page.keyboard.press("/");
      const filter = page.getByRole("searchbox");
      await page.keyboard.type("ge");
      assert.equal(await filter.inputValue(), "ge", "letters are text while typing");
      await page.keyboard.press("Escape");
      assert.equal(await filter.inputValue(), "");
      await page.keyboard.press("Escape");
      assert.equal(await filter.evaluate((it) => it === document.activeElement), false);

      await page.keyboard.press("j");
      await page.keyboard.press("e");
      await page.waitForURL(`${base_url}/hosts/${ids.get(first)}/settings`);
      await hydrated(page);
      const before = await page.locator("main .tabs > a").nth(-2).getAttribute("href");
      await page.keyboard.press("[");
      await page.waitForURL(base_url + before);
      await hydrated(page);
      await page.keyboard.press("]");
      await page.waitForURL(/\/settings$/);
      await hydrated(page);
      await page.getByLabel("Excludes").fill("*.swp");
      await page.keyboard.press("Control+Enter");
      await page.getByText("Saved", { exact: true }).first().waitFor();
      assert.deepEqual(faults, []);
    }, { hosts: 12 });
  },
);

Deno.test(
  "r asks before it runs, on a row and on a host's page, and only for those who may",
  BROWSER_TEST,
  async () => {
    await withSite(async (site) => {
      const { app, page, faults } = site;
      const ids = idsOf(site);
      const latest = () =>
        app.services.jobs.list(SYSTEM, ListJobsQuery.parse({ limit: 1 })).items[0]!;
      const before = latest().id;
      await ready(site, "/hosts?q=git-01");
      await page.keyboard.press("j");
      await page.keyboard.press("r");
      await page.getByRole("dialog", { name: "Run now on git-01?" }).waitFor();
      await assertAccessible(page, "the question of r");
      await page.keyboard.press("Escape");
      assert.equal(await page.getByRole("dialog").count(), 0);
      assert.equal(await focusedText(page), "git-01");
      assert.equal(latest().id, before);
      await page.keyboard.press("r");
      await page.getByRole("dialog").waitFor();
      // A hand is quicker than the browser's word that the dialog was closed.
      await page.evaluate(() => {
        document.querySelector<HTMLDialogElement>("dialog[open]")!.close();
        dispatchEvent(new KeyboardEvent("keydown", { key: "r" }));
      });
      await page.getByRole("dialog", { name: "Run now on git-01?" }).waitFor();
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/jobs\/[0-9a-f-]+$/);
      assert.equal(latest().host_name, "git-01");

      await ready(site, `/hosts/${ids.get("db-primary")}`);
      await page.keyboard.press("r");
      await page.getByRole("dialog", { name: "Retry on db-primary?" }).waitFor();
      await page.getByRole("button", { name: "Not now" }).click();

      await page.keyboard.press("?");
      const keys = page.getByRole("dialog", { name: "Keys" });
      await keys.getByText("Run now; asks first").waitFor();
      await keys.getByLabel("Use single-letter keys").uncheck();
      await keys.getByRole("button", { name: "Close" }).click();
      await page.keyboard.press("r");
      await page.keyboard.press("Control+k");
      await page.getByRole("dialog", { name: "Search or run a command" }).waitFor();
      assert.equal(await page.getByRole("dialog").count(), 1, "turned off, r asks nothing");

      await page.evaluate(() => localStorage.clear());
      await site.become("viewer");
      await ready(site, `/hosts/${ids.get("git-01")}`);
      await page.keyboard.press("r");
      await page.keyboard.press("?");
      await keys.waitFor();
      assert.equal(await page.getByRole("dialog").count(), 1);
      assert.equal(await keys.getByText("Run now").count(), 0);
      assert.deepEqual(faults, []);
    }, { hosts: 12 });
  },
);
