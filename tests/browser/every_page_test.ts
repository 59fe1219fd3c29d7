import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { ADMIN } from "../stack.ts";
import { launch, signIn, watchFaults } from "./browser.ts";
import { assertScenes, newContext, withoutAnswers } from "./scenes.ts";
import { Site, tellStory, VIEWER } from "./seeded_site.ts";

async function fillHost(page: Page, name: string, paths: string): Promise<void> {
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Address on a REST server").fill("https://backup.example:8000/nas-01/");
  await page.getByLabel("Paths").fill(paths);
  await page.getByRole("button", { name: "Create install command" }).click();
}

Deno.test("every page of a new server passes axe and fits, light and dark, wide and narrow", async () => {
  const site = await Site.start();
  const browser = await launch();
  try {
    const context = await newContext(browser);
    const faults = watchFaults(context);
    const page = await context.newPage();
    await assertScenes(page, site.url, [
      { title: "set-up", path: "/", ready: "Set up this server" },
      {
        title: "set-up with a wrong code",
        path: "/setup",
        ready: "One-time code",
        async prepare(page) {
          await page.getByLabel("One-time code").fill("WRONG-CODE");
          await page.getByLabel("Password").fill("short");
          await page.getByRole("button", { name: "Create account" }).click();
          await page.locator("[aria-invalid=true]").first().waitFor();
        },
      },
    ]);
    await site.server.firstAdmin(ADMIN.username, ADMIN.password);
    await assertScenes(page, site.url, [
      { title: "login", path: "/login", ready: "Sign in to restic-manager" },
      {
        title: "login refused",
        path: "/login",
        async prepare(page) {
          await page.getByLabel("User name").fill("admin");
          await page.getByLabel("Password").fill("wrong");
          await page.getByRole("button", { name: "Sign in" }).click();
          await page.locator(".note").first().waitFor();
        },
      },
    ]);
    await signIn(page, site.url, ADMIN);
    await assertScenes(page, site.url, [
      { title: "empty overview", path: "/", ready: "Nothing is backed up yet" },
      { title: "no hosts", path: "/hosts" },
      { title: "no jobs", path: "/jobs" },
      { title: "audit of a new server", path: "/audit" },
      { title: "add host", path: "/hosts/new", ready: "Create install command" },
      {
        title: "add host refused",
        path: "/hosts/new",
        async prepare(page) {
          await fillHost(page, "not a name!", "not/absolute");
          await page.locator("[aria-invalid=true]").first().waitFor();
        },
      },
      {
        title: "install with its secrets",
        path: "/hosts/new",
        prepare: (page) => fillHost(page, "nas-01", "/etc\n/srv"),
        ready: "Shown only now",
      },
      { title: "overview with one pending host", path: "/", ready: "waits for its agent" },
    ]);
    assert.deepEqual(withoutAnswers(faults), []);
  } finally {
    await browser.close();
    await site.stop();
  }
});

Deno.test("every page of a fleet passes axe and fits, light and dark, wide and narrow", async () => {
  const site = await Site.start({ hosts: 12 });
  const browser = await launch();
  try {
    const { hosts, jobs } = await tellStory(site);
    const context = await newContext(browser);
    const faults = watchFaults(context);
    const page = await context.newPage();
    await signIn(page, site.url, ADMIN);
    const host = (name: string, tab = "") => `/hosts/${hosts.get(name)}${tab}`;
    await assertScenes(page, site.url, [
      { title: "overview", path: "/", ready: "of 12 hosts are backed up" },
      { title: "overview of failed hosts", path: "/?state=failed" },
      { title: "overview without a match", path: "/?q=nothing-like-it" },
      { title: "hosts", path: "/hosts" },
      { title: "failed host", path: host("db-primary"), ready: "Retry" },
      { title: "host with gaps", path: host("win-file01") },
      { title: "offline host", path: host("laptop-07") },
      { title: "running host", path: host("web-01") },
      { title: "snapshots", path: host("web-01", "/snapshots") },
      { title: "snapshots without a match", path: host("web-01", "/snapshots?tag=none") },
      { title: "jobs of a host", path: host("web-01", "/jobs") },
      { title: "repository", path: host("web-01", "/repository"), ready: "Stored, 90 days" },
      { title: "repository of a locked host", path: host("nas-media", "/repository") },
      { title: "settings", path: host("web-01", "/settings") },
      {
        title: "settings refused",
        path: host("web-01", "/settings"),
        async prepare(page) {
          await page.getByLabel("Paths").fill("not/absolute");
          await page.getByRole("button", { name: "Save", exact: true }).last().click();
          await page.locator("[aria-invalid=true]").first().waitFor();
        },
      },
      { title: "install of an enrolled host", path: host("web-01", "/install") },
      { title: "jobs", path: "/jobs" },
      { title: "jobs without a match", path: "/jobs?kind=init&status=warning" },
      ...Object.entries(jobs).map(([state, id]) => ({
        title: `${state} job`,
        path: `/jobs/${id}`,
      })),
      { title: "audit", path: "/audit" },
      { title: "account", path: "/account" },
      { title: "nothing there", path: "/nothing" },
    ]);
    await context.clearCookies();
    await signIn(page, site.url, VIEWER);
    await assertScenes(page, site.url, [
      { title: "overview of a viewer", path: "/" },
      { title: "host of a viewer", path: host("web-01") },
      { title: "repository of a viewer", path: host("web-01", "/repository") },
      { title: "settings of a viewer", path: host("web-01", "/settings") },
      { title: "running job of a viewer", path: `/jobs/${jobs.running}` },
      { title: "refused to a viewer", path: "/hosts/new" },
    ]);
    assert.deepEqual(withoutAnswers(faults), []);
  } finally {
    await browser.close();
    await site.stop();
  }
});
