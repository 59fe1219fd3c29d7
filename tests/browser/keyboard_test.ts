import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Job } from "../../server/protocol/entities.ts";
import { ADMIN, poll } from "../stack.ts";
import { launch, watchFaults } from "./browser.ts";
import { Site, tellStory } from "./seeded_site.ts";

const TABS_MAX = 80;

/** Presses Tab until something with this name has the focus, and shows it. */
async function tabTo(page: Page, name: string): Promise<void> {
  const seen: string[] = [];
  for (let n = 0; n < TABS_MAX; n++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const it = document.activeElement as HTMLElement | null;
      if (it === null) return { name: "", shown: false };
      const label = it.getAttribute("aria-label") ?? it.innerText ?? "";
      const style = getComputedStyle(it);
      const shown = style.outlineStyle !== "none" || style.boxShadow !== "none";
      return { name: label.trim(), shown };
    });
    seen.push(at.name);
    if (at.name !== name) continue;
    assert.ok(at.shown, `${name} shows that it has the focus`);
    return;
  }
  assert.fail(`no Tab stop is called ${name}: ${seen.join(" · ")}`);
}

async function focusedName(page: Page): Promise<string> {
  return await page.evaluate(() => (document.activeElement as HTMLElement).innerText.trim());
}

Deno.test("signing in, Run now and cancelling a job work by keyboard alone", async () => {
  const site = await Site.start({ hosts: 12 });
  const browser = await launch();
  try {
    const { api, hosts } = await tellStory(site);
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const faults = watchFaults(context);
    const page = await context.newPage();
    await page.goto(site.url + "/");
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    // The first field has the focus already.
    await page.keyboard.type(ADMIN.username);
    await page.keyboard.press("Tab");
    await page.keyboard.type(ADMIN.password);
    await page.keyboard.press("Enter");
    await page.waitForURL(site.url + "/");
    await page.locator("#live-mark[data-live-state=live]").waitFor();

    await page.keyboard.press("Tab");
    assert.match(await focusedName(page), /skip/i);
    await page.keyboard.press("Enter");
    await page.keyboard.press("/");
    await page.keyboard.type("mail-01");
    await page.keyboard.press("Enter");
    await page.waitForURL(/q=mail-01/);
    await page.locator("#live-mark[data-live-state=live]").waitFor();
    await page.keyboard.press("j");
    assert.equal(await focusedName(page), "mail-01");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${site.url}/hosts/${hosts.get("mail-01")}`);

    await tabTo(page, "Run now");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/jobs\/[0-9a-f-]+$/);
    const job_id = page.url().split("/").at(-1)!;
    await page.getByRole("heading", { name: "Backup of mail-01" }).waitFor();

    await tabTo(page, "Cancel job");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    assert.equal(await page.getByRole("dialog").count(), 0);
    assert.equal(await focusedName(page), "Cancel job");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await tabTo(page, "Cancel job");
    await page.keyboard.press("Enter");
    await page.getByText("Cancelled").first().waitFor();
    await poll(
      "the job to be cancelled",
      () => api.call<Job>("GET", `/api/jobs/${job_id}`),
      ({ status }) => status === "cancelled",
    );
    assert.deepEqual(faults, []);
  } finally {
    await browser.close();
    await site.stop();
  }
});
