import assert from "node:assert/strict";
import type { BrowserContext, Page } from "playwright-core";
import { SYSTEM } from "../../server/auth/permissions.ts";
import { mintId } from "../../server/ids.ts";
import type { Role } from "../../server/protocol/entities.ts";
import type { World } from "../../server/tasks/seed/cast.ts";
import { startStorySite, type StorySite } from "../../server/tasks/seed/story_site.ts";
import { assertFits, launch, watchFaults } from "./browser.ts";
import { PRINTABLE } from "./hostile_strings.ts";
import { assertScenes, newContext, withoutAnswers } from "./scenes.ts";

const NOW = "2026-11-12T09:42:05Z";
const DOM_NODES_MAX = 3000;
const HTML_BYTES_MAX = 40 * 1024;

interface Visit {
  site: StorySite;
  page: Page;
  context: BrowserContext;
  /** The address of a host by its name. */
  host(name: string, tab?: string): string;
}

/** Opens a world as somebody of that role, and asserts afterwards that nothing went wrong in it. */
async function visit(
  world: { world?: World; host_count?: number; role?: Role },
  work: (visit: Visit) => Promise<void>,
): Promise<void> {
  const { role = "admin", host_count = 12, ...rest } = world;
  const site = await startStorySite({ host_count, now: NOW, ...rest });
  const browser = await launch();
  try {
    const context = await newContext(browser);
    const faults = watchFaults(context);
    await context.addCookies([await site.signIn(role)]);
    const ids = new Map(site.services.hosts.survey(SYSTEM).all.map(({ name, id }) => [name, id]));
    const host = (name: string, tab = "") => `/hosts/${ids.get(name)}${tab}`;
    await work({ site, context, host, page: await context.newPage() });
    assert.deepEqual(withoutAnswers(faults), []);
  } finally {
    await browser.close();
    await site.stop();
  }
}

/** How heavy a page is: its elements, and its HTML as sent. */
async function weightOf(page: Page, site: StorySite, path: string) {
  await page.goto(site.url + path);
  const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
  const html = new Blob([await page.content()]).stream();
  const packed = html.pipeThrough(new CompressionStream("gzip"));
  return { nodes, bytes: (await new Response(packed).arrayBuffer()).byteLength };
}

Deno.test("every odd state of a host passes axe and fits, and says what it is", async () => {
  await visit({ world: "states" }, ({ site, page, host }) =>
    assertScenes(page, site.url, [
      { title: "overview of odd states", path: "/", ready: "4 of 12 hosts are backed up" },
      { title: "replaced", path: host("replaced-01", "/repository"), ready: "Another repository" },
      { title: "replaced host", path: host("replaced-01"), ready: "Another repository" },
      { title: "gone", path: host("gone-01", "/repository"), ready: "There is no repository" },
      { title: "not initialised", path: host("bare-01", "/repository"), ready: "Initialise repo" },
      { title: "no agent", path: host("new-01", "/repository"), ready: "not tried yet" },
      { title: "offline", path: host("laptop-01"), ready: "sent in this order when it is back" },
      { title: "old agent", path: host("old-agent-01"), ready: "is older than the server" },
      { title: "old restic", path: host("old-restic-01"), ready: "is older than 0.17.1" },
      { title: "wrong clock", path: host("clock-01"), ready: /clock is .* ahead of the server/ },
      { title: "never", path: host("never-01"), ready: "Never backed up" },
      { title: "overdue", path: host("overdue-01"), ready: "Overdue: no good backup" },
    ]));
});

Deno.test("a day on which all is well, and a day for those who only look, pass axe and fit", async () => {
  await visit({ world: "good" }, async ({ site, page }) => {
    await assertScenes(page, site.url, [{ title: "good", path: "/", ready: "Nothing needs you" }]);
    await page.getByRole("heading", { name: "12 of 12 hosts are backed up" }).waitFor();
  });
  await visit({ role: "viewer" }, async ({ site, page, host }) => {
    await assertScenes(page, site.url, [{ title: "viewer", path: "/", ready: "Read only" }]);
    await page.setViewportSize({ width: 1440, height: 900 });
    for (const path of ["/", "/hosts", host("db-primary"), host("db-primary", "/repository")]) {
      await page.goto(site.url + path);
      const acting = page.locator("main button", { hasText: /Run now|Retry|Probe|Accept|Cancel/ });
      assert.equal(await acting.count(), 0, path);
      await page.locator(".topbar").getByText("Read only").waitFor();
    }
  });
});

Deno.test("300 hosts: causes lead to their hosts, the map to its tags, and no page is heavy", async () => {
  await visit({ host_count: 300 }, async ({ site, page }) => {
    await assertScenes(page, site.url, [
      { title: "large overview", path: "/", ready: "Needs you, by cause" },
      { title: "large host list", path: "/hosts" },
      { title: "no match", path: "/hosts?q=state:failed+tag:nowhere", ready: "No host matches" },
      { title: "a query in error", path: "/hosts?q=stat:failed", ready: "There is no filter" },
    ]);
    for (const path of ["/", "/hosts", "/hosts?q=tag:prod", "/jobs"]) {
      const { nodes, bytes } = await weightOf(page, site, path);
      assert.ok(nodes < DOM_NODES_MAX, `${path} has ${nodes} elements`);
      assert.ok(bytes < HTML_BYTES_MAX, `${path} is ${bytes} bytes packed`);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(site.url + "/");
    const server = page.locator(".cause", { hasText: "nas-01.lab.example:8000" });
    const hosts = Number(/(\d+) host/.exec(await server.innerText())?.[1]);
    await server.getByRole("link").click();
    await page.waitForURL(/\/hosts\?q=/);
    assert.equal(await page.locator(".tbl-hosts tbody tr").count(), hosts);
    await page.getByRole("searchbox", { name: "Filter hosts" }).fill("os:windows tag:branch");
    await page.keyboard.press("Enter");
    await page.waitForURL(/os%3Awindows/);
    assert.ok(await page.locator(".tbl-hosts tbody tr").count() > 5);
    await page.goto(site.url + "/hosts?q=nothing-like-it");
    await page.getByRole("link", { name: "Clear the filter" }).click();
    await page.waitForURL(site.url + "/hosts");
  });
});

Deno.test("a host that cannot be backed up offers what helps, and is nowhere shown as well", async () => {
  await visit({ world: "states" }, async ({ site, page, host }) => {
    for (const name of ["gone-01", "replaced-01"]) {
      await page.goto(site.url + "/");
      const row = page.locator(".tbl-hosts tr", { hasText: name });
      assert.equal(await row.getByRole("button", { name: /Run now|Retry/ }).count(), 0, name);
      await row.getByRole("link", { name: `Repository, ${name}` }).click();
      await page.waitForURL(site.url + host(name, "/repository"));
      await page.goto(site.url + host(name));
      const card = page.locator("section", { has: page.locator("#repository-title") });
      assert.match(await card.innerText(), /Needs you/, name);
      await page.locator(".page-head").getByRole("button", { name: "Probe again" }).click();
      await page.waitForURL(site.url + host(name, "/repository"));
    }
    await page.goto(site.url + host("no-restic-01"));
    assert.ok(await page.getByRole("button", { name: "Run now" }).isDisabled());
    await page.getByText("restic is not installed on the host: nothing is backed up.").waitFor();
    await page.goto(site.url + host("laptop-01"));
    await page.getByRole("heading", { name: "Last news" }).waitFor();
  });
});

Deno.test("the overview draws what all repositories store, and a phone shows the tab that is open", async () => {
  await visit({}, async ({ site, page, host }) => {
    await page.goto(site.url + "/");
    await page.getByRole("heading", { name: "Stored, 90 days" }).waitFor();
    assert.match(await page.locator(".facts").innerText(), /\+[\d.]+ GiB in 7 days/);
    const rows = await page.locator(".tbl-hosts tbody tr").allInnerTexts();
    const first_well = rows.findIndex((row) => row.includes("Backed up"));
    const last_running = rows.findLastIndex((row) => row.includes("Running"));
    assert.ok(last_running !== -1 && last_running < first_well, rows.join("\n"));
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(site.url + host("web-02", "/settings"));
    await page.locator("html[data-hydrated]").waitFor({ state: "attached" });
    const tab = (await page.locator(".tabs > [aria-current]").boundingBox())!;
    assert.ok(tab.x + tab.width <= 390, `it ends at ${tab.x + tab.width} px`);
  });
});

Deno.test("a replaced repository is accepted with a question, and looked at again", async () => {
  await visit({ world: "states" }, async ({ site, page, host }) => {
    await page.goto(site.url + host("replaced-01", "/repository"));
    await page.getByRole("button", { name: "Accept it…" }).click();
    await page.getByRole("button", { name: "Accept repository" }).click();
    await page.getByText("The repository that is there now is the host's.").waitFor();
    assert.equal(await page.getByText("Another repository than before").count(), 0);
    await page.getByRole("button", { name: "Probe again" }).click();
    await page.getByText("What the host finds appears here in a moment.").waitFor();
    await page.locator("summary", { hasText: "Table" }).first().click();
    assert.ok(await page.locator(".trend-table tbody tr").first().isVisible());
  });
});

Deno.test("hostile ids, errors, tags and queries are text on the repository page and in the fleet", async () => {
  await visit({ host_count: 120 }, async ({ site, page, host }) => {
    const { hosts, repositories } = site.services;
    const id = host("web-02").slice("/hosts/".length);
    const tags = PRINTABLE.map((text) => text.replaceAll(",", "").slice(0, 64).trim())
      .filter((tag) => tag !== "").slice(0, 40);
    hosts.edit(SYSTEM, id, { tags });
    for (const text of PRINTABLE.slice(0, 12)) {
      for (const restic_repository_id of ["first", text.slice(0, 64)]) {
        repositories.applyProbe(id, {
          ...{ type: "repository.probed", report: { run_id: mintId(), seq: 1 }, state: "error" },
          ...{ config_version: 99, restic_repository_id, error: text, took_seconds: 1 },
          probed_at: NOW,
        });
      }
      for (const path of [`/hosts/${id}/repository`, `/hosts?q=${encodeURIComponent(text)}`, "/"]) {
        await page.goto(site.url + path);
        const grown = await page.evaluate(() =>
          document.querySelectorAll("main [onerror], main [onload], main img, main iframe").length
        );
        assert.equal(grown, 0, `${path} with ${text}`);
        await assertFits(page, `${path} with ${text}`);
      }
    }
  });
});
