import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { SYSTEM } from "../../server/auth/permissions.ts";
import { ListHostsQuery, ListJobsQuery } from "../../server/protocol/rest.ts";
import { assertAccessible, assertFits } from "./browser.ts";
import { BROWSER_TEST, type LocalSite, withSite } from "./local_site.ts";

const FIELD = "Search or run a command";
const BUTTON = "Search or run…";

/** Opens the palette by its key, and waits until it answers nothing-typed. */
async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.getByRole("option").first().waitFor();
}

async function ready({ page, base_url }: LocalSite, path = "/"): Promise<void> {
  await page.goto(base_url + path);
  await page.locator("html[data-hydrated]").waitFor({ state: "attached" });
}

const chosen = (page: Page) => page.locator("[role=option][aria-selected=true]");

async function focused(page: Page): Promise<string | null> {
  return await page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? null);
}

Deno.test(
  "the palette finds and opens a host, and starts its backup, by keyboard alone",
  BROWSER_TEST,
  async () => {
    await withSite(async (site) => {
      const { app, page, base_url, faults } = site;
      const { items } = app.services.hosts.list(SYSTEM, ListHostsQuery.parse({ limit: 50 }));
      const idOf = (name: string) => items.find((host) => host.name === name)!.id;
      await ready(site);
      await page.getByRole("button", { name: BUTTON }).focus();
      await openPalette(page);
      assert.equal(await focused(page), FIELD);
      await page.keyboard.type("db");
      await page.getByRole("group", { name: "Hosts", exact: true }).waitFor();
      assert.match(await chosen(page).innerText(), /^db-primary/);
      assert.equal(
        await page.getByRole("combobox").getAttribute("aria-activedescendant"),
        await chosen(page).getAttribute("id"),
      );
      await page.keyboard.press("ArrowDown");
      assert.match(await chosen(page).innerText(), /^db-replica/);
      await page.keyboard.press("ArrowUp");
      await page.keyboard.press("ArrowUp");
      assert.equal(await chosen(page).count(), 1, "the list goes round");
      await page.keyboard.press("Escape");
      assert.equal(await page.getByRole("dialog").count(), 0);
      assert.ok(
        await page.getByRole("button", { name: BUTTON }).evaluate((it) =>
          it === document.activeElement
        ),
        "the focus is back on the button",
      );

      // Typed and sent in one go: Enter waits for the answer to what was typed.
      await page.keyboard.press("Control+k");
      await page.keyboard.type("git-01");
      await page.keyboard.press("Enter");
      await page.waitForURL(`${base_url}/hosts/${idOf("git-01")}`);

      await page.locator("html[data-hydrated]").waitFor({ state: "attached" });
      await page.keyboard.press("Control+k");
      await page.keyboard.type("git-01");
      await page.getByRole("option", { name: /^git-01/ }).first().waitFor();
      await page.keyboard.press("Tab");
      await page.getByRole("combobox", { name: "Actions of git-01" }).waitFor();
      await page.keyboard.type("run");
      await page.getByRole("option", { name: /Run now/ }).waitFor();
      await page.keyboard.press("Enter");
      const question = page.getByRole("dialog", { name: "Back up git-01 now?" });
      await question.waitFor();
      await assertAccessible(page, "the question of the palette");
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/jobs\/[0-9a-f-]+$/);
      const [job] = app.services.jobs.list(SYSTEM, ListJobsQuery.parse({ limit: 1 })).items;
      assert.equal(job!.host_name, "git-01");
      assert.deepEqual(faults, []);
    }, { hosts: 12 });
  },
);

Deno.test(
  "the palette takes commands, leads on where nothing is found, and offers a viewer no acts",
  BROWSER_TEST,
  async () => {
    await withSite(async (site) => {
      const { page, base_url, faults } = site;
      await ready(site);
      await openPalette(page);
      await page.keyboard.type(">dark");
      await page.getByRole("option", { name: "Dark theme" }).waitFor();
      await page.keyboard.press("Enter");
      await page.locator("html[data-theme=dark]").waitFor();
      await page.locator("html[data-hydrated]").waitFor({ state: "attached" });

      await openPalette(page);
      const hostile = `<img src=x onerror=alert(1)>'"%_\u202e`;
      await page.keyboard.insertText(hostile);
      await page.getByText("Nothing is called").waitFor();
      assert.equal(await page.locator("dialog img").count(), 0);
      await assertAccessible(page, "the palette without a match, dark");
      await page.getByRole("combobox").fill("state of things");
      await page.getByRole("option", { name: /Show hosts matching “state of things”/ }).waitFor();
      await page.keyboard.press("Enter");
      await page.waitForURL(`${base_url}/hosts?q=state+of+things`);

      await site.become("viewer");
      await ready(site);
      await openPalette(page);
      await page.keyboard.type("git-01");
      await page.getByRole("option", { name: "Open host git-01" }).waitFor();
      assert.equal(await page.getByRole("option", { name: /Run now/ }).count(), 0);
      assert.deepEqual(faults, []);
    }, { hosts: 12 });
  },
);

Deno.test(
  "the palette fits a phone, passes axe in both themes, and says when the server does not answer",
  BROWSER_TEST,
  async () => {
    await withSite(async (site) => {
      const { page, context } = site;
      await page.emulateMedia({ reducedMotion: "reduce" });
      for (
        const [width, colorScheme] of [[1440, "light"], [390, "dark"], [360, "light"]] as const
      ) {
        await page.setViewportSize({ width, height: 800 });
        await page.emulateMedia({ colorScheme });
        await ready(site);
        await page.getByRole("button", { name: BUTTON }).click();
        await page.getByRole("option").first().waitFor();
        await assertAccessible(page, `the palette at ${width} px, ${colorScheme}`);
        await page.getByRole("combobox").fill("db");
        await page.getByRole("option", { name: /^db-primary/ }).waitFor();
        await assertAccessible(page, `the palette with results at ${width} px, ${colorScheme}`);
        await assertFits(page, `the palette at ${width} px`);
      }
      await context.route("**/api/search?*", (route) => route.abort());
      await page.getByRole("combobox").fill("web");
      await page.getByText("The search did not answer.").waitFor();
      await assertAccessible(page, "the palette without an answer");
      await context.unroute("**/api/search?*");
      await page.getByRole("combobox").press("Enter");
      await page.getByRole("option", { name: /^web-01/ }).waitFor();
      assert.equal(await page.getByText("The search did not answer.").count(), 0);
    }, { hosts: 12 });
  },
);
