import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { SYSTEM } from "../../server/auth/permissions.ts";
import type { Role } from "../../server/protocol/entities.ts";
import { startStorySite, type StorySite } from "../../server/tasks/seed/story_site.ts";
import { assertFits, launch, watchFaults } from "./browser.ts";
import { PRINTABLE } from "./hostile_strings.ts";
import { assertScenes, newContext, withoutAnswers } from "./scenes.ts";

const NOW = "2026-11-12T09:42:05Z";

interface World {
  site: StorySite;
  browser: Browser;
  cookies: Record<Role, { name: string; value: string; url: string }>;
  /** The id of a host by its name. */
  host(name: string): string;
}

/** Opens a page as somebody of that role; nothing may go wrong in it. */
async function visit(
  { site, browser, cookies }: World,
  { role = "operator", script = true, asked }: { role?: Role; script?: boolean; asked?: boolean },
  work: (page: Page, go: (path: string) => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const context = script
    ? await newContext(browser)
    : await browser.newContext({ javaScriptEnabled: false });
  const faults = watchFaults(context);
  await context.addCookies([cookies[role]]);
  const page = await context.newPage();
  await page.setViewportSize({ width: 1440, height: 900 });
  await work(page, (path) => page.goto(site.url + path));
  await context.close();
  // The question on leaving a changed form is no fault where it is wanted.
  const wrong = withoutAnswers(faults).filter((fault) => !asked || fault !== "dialog: ");
  assert.deepEqual(wrong, []);
}

/** Tabs until the element that has the focus is that one. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let n = 0; n < 60; n++) {
    if (await page.evaluate((s) => document.activeElement?.matches(s) ?? false, selector)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab never comes to ${selector}`);
}

function frequency(page: Page, label: string) {
  return page.locator(".seg").getByText(label, { exact: true });
}

function schedulesOf({ site, host }: World, name: string) {
  return site.services.schedules.list(SYSTEM, host(name)).items;
}

async function addByClicking(world: World): Promise<void> {
  await visit(world, {}, async (page, go) => {
    await go(`/hosts/${world.host("db-primary")}`);
    await page.locator(".tabs").getByRole("link", { name: "Schedules" }).click();
    await page.getByRole("link", { name: "Add schedule" }).click();
    await page.getByRole("button", { name: "Add schedule" }).click();
    await page.getByText("Give it a name, as Nightly").waitFor();
    await page.getByLabel("Name", { exact: true }).fill("Weekly");
    await frequency(page, "Weekly").click();
    await page.getByRole("status").getByText("Choose a day").waitFor();
    await page.getByText("Mon", { exact: true }).click();
    await page.getByLabel("Time", { exact: true }).fill("04:15");
    await page.getByLabel("Time zone").fill("America/New_York");
    await page.getByLabel("Random delay").fill("");
    await page.getByText("Mondays at 04:15").waitFor();
    const runs = page.locator(".runs > li");
    await runs.filter({ hasText: /Mon 16 Nov\s*04:15\s*UTC−5\s*in 3 d/ }).waitFor();
    assert.equal(await runs.count(), 5);
    await page.getByText("Its own", { exact: true }).click();
    await page.getByLabel(/^Paths/).fill("/srv/db\n/etc");
    await page.getByLabel("Stay on one file system").check();
    await page.getByLabel("Upload limit").fill("2048");
    await page.getByRole("button", { name: "Add schedule" }).click();
    await page.getByText("db-primary gets it at once").waitFor();
    const row = page.locator(".tbl-sched tr", { hasText: "Weekly" });
    assert.match(await row.innerText(), /Mondays at 04:15, America\/New_York/);
    assert.match(await row.innerText(), /not on the host yet/);
  });
  const [, weekly] = schedulesOf(world, "db-primary");
  assert.equal(weekly!.cron, "15 4 * * 1");
  assert.deepEqual(weekly!.backup_set, {
    ...{ paths: ["/srv/db", "/etc"], excludes: [], tags: [], one_file_system: true },
  });
  assert.deepEqual(weekly!.bandwidth, { limit_upload_kib_per_second: 2048 });
}

async function addByKeyboard(world: World): Promise<void> {
  await visit(world, {}, async (page, go) => {
    await go(`/hosts/${world.host("git-01")}/schedules`);
    await tabTo(page, "a[href$='/schedules/new']");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/new$/);
    await page.getByRole("heading", { name: "New schedule" }).waitFor();
    await tabTo(page, "#name");
    await page.keyboard.type("Each quarter of an hour");
    await tabTo(page, "[name=frequency]");
    await page.keyboard.press("ArrowLeft");
    await tabTo(page, "#every");
    await page.keyboard.type("15");
    await page.getByRole("status").getByText("Every 15 min").waitFor();
    await tabTo(page, "#jitter_minutes");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("2");
    await tabTo(page, "[name=catch_up]");
    await page.keyboard.press("Space");
    await tabTo(page, "#schedule [type=submit]");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/schedules$/);
    await tabTo(page, ".switch[aria-label='Each quarter of an hour']");
    await page.keyboard.press("Space");
    await page.locator(".tbl-sched").getByText("turned off").waitFor();
  });
  const [, made] = schedulesOf(world, "git-01");
  assert.equal(made!.cron, "*/15 * * * *");
  assert.deepEqual([made!.jitter_seconds, made!.catch_up, made!.enabled], [120, false, false]);
}

/** On a slow line a person types before the scripts are there. */
async function typedBeforeScript(world: World): Promise<void> {
  await visit(world, { asked: true }, async (page) => {
    const scripts = Promise.withResolvers<void>();
    await page.route(/ScheduleEditor/, async (route) => {
      await scripts.promise;
      await route.continue();
    });
    const path = `/hosts/${world.host("mail-01")}/schedules/new`;
    await page.goto(world.site.url + path, { waitUntil: "commit" });
    const name = page.getByLabel("Name", { exact: true });
    await name.pressSequentially("Evnings");
    await frequency(page, "Weekly").click();
    await page.getByText("Sun", { exact: true }).click();
    await page.getByLabel("Time", { exact: true }).fill("21:10");
    await page.getByLabel("Catch up").uncheck();
    await page.getByRole("switch", { name: "Enabled" }).uncheck();
    await page.getByText("Its own", { exact: true }).click();
    await page.getByLabel(/^Paths/).fill("/srv/mail\n/etc");
    await name.focus();
    for (let n = 0; n < 5; n++) await page.keyboard.press("ArrowLeft");
    scripts.resolve();
    await page.locator("html[data-hydrated]").waitFor({ state: "attached" });
    await page.keyboard.type("e");
    assert.equal(await name.inputValue(), "Evenings", "the caret stays where it was");
    await page.getByText("Sundays at 21:10").first().waitFor();
    await page.getByRole("button", { name: "Add schedule" }).click();
    await page.getByText("Evenings: mail-01 gets it").waitFor();
  });
  const made = schedulesOf(world, "mail-01").find((one) => one.name === "Evenings")!;
  assert.equal(made.cron, "10 21 * * 0");
  assert.deepEqual([made.catch_up, made.enabled], [false, false]);
  assert.deepEqual(made.backup_set?.paths, ["/srv/mail", "/etc"]);
  world.site.services.schedules.remove(SYSTEM, made.id);
}

const FAULTS: [cron: string, zone: string, words: RegExp][] = [
  ["0 0 30 2 *", "UTC", /never comes/],
  ["* * * * *", "UTC", /at least 5 minutes apart/],
  ["0 4 * *", "UTC", /five fields/],
  ["0 4 * * *", "Mars/Base", /Give a time zone as Europe\/Berlin/],
];

async function faultsAsWords(world: World): Promise<void> {
  await visit(world, {}, async (page, go) => {
    await go(`/hosts/${world.host("git-01")}/schedules/new`);
    await page.getByLabel("Name", { exact: true }).fill("Strange");
    await frequency(page, "Cron").click();
    // The expression that the fields said is there to begin with.
    assert.equal(await page.getByLabel("Cron").last().inputValue(), "30 2 * * *");
    for (const [cron, zone, words] of FAULTS) {
      await page.locator("#cron").fill(cron);
      await page.getByLabel("Time zone").fill(zone);
      const field = zone === "UTC" ? "cron" : "timezone";
      await page.locator(`#${field}-error`, { hasText: words }).waitFor();
      await page.getByText("None: these times cannot be.").waitFor();
    }
    await page.getByRole("button", { name: "Add schedule" }).click();
    await page.locator("#timezone-error", { hasText: "Europe/Berlin" }).waitFor();
    assert.equal(await page.locator("#cron").inputValue(), "0 4 * * *");
    await page.getByLabel("Time zone").fill("europe/berlin");
    await page.getByText("Every day at 04:00").waitFor();
    // In the week of the change of the clock both offsets are there.
    await page.locator("#cron").fill("30 2 * 3 *");
    await page.getByText("UTC+1").first().waitFor();
    await page.locator("#cron").fill("0 12 * 3,10 0");
    await page.getByText("UTC+2").first().waitFor();
    // Nobody is asked twice: the page is left on purpose here.
    await page.evaluate(() =>
      addEventListener("beforeunload", (event) => event.stopImmediatePropagation(), true)
    );
  });
}

async function editListsChanges(world: World): Promise<void> {
  const [nightly] = schedulesOf(world, "web-02");
  await visit(world, { asked: true }, async (page, go) => {
    await go(`/hosts/${world.host("web-02")}/schedules`);
    await page.locator(".tbl-sched").getByRole("link", { name: "Nightly", exact: true }).click();
    await page.getByRole("heading", { name: "Nightly", exact: true }).waitFor();
    assert.equal(await page.getByText(/unsaved change/).count(), 0);
    await page.getByLabel("Time", { exact: true }).fill("03:00");
    await page.getByLabel("Random delay").fill("30");
    await page.getByLabel("Enabled").uncheck();
    await page.getByText("3 unsaved changes").waitFor();
    const list = page.locator(".savebar .clip");
    assert.match(
      await list.innerText(),
      /turned off, runs daily at .* → daily at 03:00 and random delay 10 min → 30 min/,
    );
    await page.getByText("03:00 to 03:30").first().waitFor();
    await page.getByRole("button", { name: "Discard" }).click();
    assert.equal(await page.getByText(/unsaved change/).count(), 0);
    assert.notEqual(await page.getByLabel("Time", { exact: true }).inputValue(), "03:00");
    await page.getByLabel("Time", { exact: true }).fill("05:05");
    await page.getByText("1 unsaved change").waitFor();
    // Leaving asks first; whoever stays has lost nothing.
    const asked = page.waitForEvent("dialog");
    await page.locator(".crumbs").getByRole("link", { name: "Hosts" }).click({ noWaitAfter: true });
    assert.equal((await asked).type(), "beforeunload");
    await page.getByText("1 unsaved change").waitFor();
    await page.getByRole("button", { name: "Save schedule" }).click();
    await page.getByText("web-02 gets it at once").waitFor();
  });
  const [after] = schedulesOf(world, "web-02");
  assert.equal(after!.cron, "5 5 * * *");
  assert.equal(after!.jitter_seconds, nightly!.jitter_seconds);
}

async function pauseAndResume(world: World): Promise<void> {
  const paused = () => world.site.services.hosts.get(SYSTEM, world.host("ws-04")).paused;
  await visit(world, {}, async (page, go) => {
    await go(`/hosts/${world.host("ws-04")}/schedules`);
    const link = page.getByRole("link", { name: "Pause…" });
    await link.click();
    await page.getByRole("heading", { name: "Pause the schedules of ws-04?" }).waitFor();
    await page.locator("dialog:modal").waitFor();
    await page.keyboard.press("Escape");
    assert.equal(new URL(page.url()).search, "");
    assert.ok(await link.evaluate((element) => element === document.activeElement));
    await link.click();
    await page.getByLabel("Until").fill("2026-11-01T00:00");
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    await page.getByText("A pause ends in the future").waitFor();
    await page.getByLabel("Until").fill("2026-11-20T06:30");
    await page.getByLabel("Reason").fill("new <b>disks</b>");
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    await page.getByText("Backups are paused until Fri 20 Nov, 06:30.").waitFor();
    await page.getByText("By operator, “new <b>disks</b>”").waitFor();
    await page.getByText("after the pause").first().waitFor();
    assert.equal(paused()!.until, new Date("2026-11-20T06:30").toISOString());
    await page.locator(".tabs").getByRole("link", { name: "Overview" }).click();
    await page.getByText("Paused until Fri 20 Nov").first().waitFor();
    await page.getByRole("link", { name: "Change…" }).click();
    assert.equal(await page.getByLabel("Until").inputValue(), "2026-11-20T06:30");
    await page.getByRole("link", { name: "Keep as it is" }).click();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByText("The schedules fire again.").waitFor();
  });
  assert.equal(paused(), null);
}

async function cloneAndRemove(world: World): Promise<void> {
  const before = schedulesOf(world, "mail-01").length;
  await visit(world, {}, async (page, go) => {
    await go(`/hosts/${world.host("pi-garage")}/schedules`);
    const row = page.locator(".tbl-sched tr", { hasText: "Photos" });
    await row.getByRole("link", { name: "Clone…" }).click();
    await page.getByRole("button", { name: "Clone", exact: true }).click();
    await page.getByText("Nothing was cloned.").waitFor();
    await page.getByLabel("mail-01").check();
    await page.getByLabel("web-02").check();
    await page.getByRole("button", { name: "Clone", exact: true }).click();
    await page.getByText("To 2 hosts.").waitFor();
    await page.getByRole("link", { name: "Clone all to…" }).click();
    await page.getByRole("searchbox", { name: "Filter hosts" }).last().fill("tag:db");
    await page.keyboard.press("Enter");
    await page.getByLabel("All 2 that match").check();
    await page.getByRole("button", { name: "Clone", exact: true }).click();
    await page.getByText("To 2 hosts.").waitFor();

    await go(`/hosts/${world.host("mail-01")}/schedules`);
    await page.getByRole("link", { name: "Remove Photos…" }).click();
    await page.getByRole("link", { name: "Keep schedule" }).click();
    assert.equal(schedulesOf(world, "mail-01").length, before + 1);
    await page.getByRole("link", { name: "Remove Photos…" }).click();
    await page.getByRole("button", { name: "Remove schedule" }).click();
    await page.getByText("its snapshots and jobs stay").waitFor();
    await go(`/hosts/${world.host("web-02")}/schedules`);
    await page.locator(".tbl-sched").getByRole("link", { name: "Photos", exact: true }).click();
    await page.getByRole("button", { name: "Remove…" }).click();
    await page.getByRole("button", { name: "Remove schedule" }).click();
    await page.getByText("its snapshots and jobs stay").waitFor();
  });
  assert.equal(schedulesOf(world, "mail-01").length, before);
  const replica = schedulesOf(world, "db-replica").map(({ name }) => name).sort();
  assert.deepEqual(replica, ["Camera clips", "Nightly", "Nightly system", "Photos"]);
}

async function runAndFollow(world: World): Promise<void> {
  await visit(world, {}, async (page, go) => {
    await go(`/hosts/${world.host("pi-garage")}/schedules`);
    await page.locator("html[data-hydrated]").waitFor({ state: "attached" });
    await page.getByRole("link", { name: "Photos", exact: true }).first().focus();
    await page.keyboard.press("r");
    await page.getByRole("dialog", { name: "Run now on Photos?" }).getByText("/srv/photos")
      .waitFor();
    await page.getByRole("button", { name: "Not now" }).click();
    await go(`/hosts/${world.host("pve-node1")}/schedules`);
    await page.locator(".tbl-sched").getByRole("button", { name: "Run now" }).click();
    await page.getByRole("heading", { name: "Backup of pve-node1" }).waitFor();
    await go(`/jobs?host_id=${world.host("pve-node1")}`);
    await page.getByText("schedule Nightly").first().waitFor();
    await page.locator("tbody tr", { hasText: "schedule Nightly" }).first()
      .getByRole("link").first().click();
    await page.getByText("started by schedule Nightly").waitFor();
    await page.getByRole("link", { name: "Nightly" }).click();
    await page.getByRole("heading", { name: "Nightly", exact: true }).waitFor();
    await go("/");
    const next = page.getByRole("region", { name: "Up next" });
    await next.locator("li", { hasText: "pve-node1" }).getByRole("link").click();
    await page.getByRole("heading", { name: "Nightly", exact: true }).waitFor();
    await page.locator("html[data-hydrated]").waitFor({ state: "attached" });
    await page.keyboard.press("Control+k");
    await page.getByRole("option").first().waitFor();
    await page.keyboard.type("pi-garage");
    await page.getByRole("option", { name: /^pi-garage/ }).first().waitFor();
    await page.keyboard.press("Tab");
    await page.getByRole("combobox", { name: "Actions of pi-garage" }).waitFor();
    await page.getByRole("option", { name: /^Schedules/ }).click();
    await page.getByText("The host still runs schedules v5, v7 is not applied.").waitFor();
  });
}

async function viewerReads(world: World): Promise<void> {
  await visit(world, { role: "viewer" }, async (page, go) => {
    await go(`/hosts/${world.host("pi-garage")}/schedules`);
    await page.getByText("Backups are paused until").waitFor();
    const acting = page.locator("main").locator("button, .switch, a[href*='?'], a[href$='/new']");
    assert.equal(await acting.count(), 0);
    await page.getByRole("link", { name: "Camera clips" }).first().click();
    await page.getByText("/srv/clips").waitFor();
    assert.equal(await page.locator("main").locator("form, button, input").count(), 0);
    await go(`/hosts/${world.host("pi-garage")}/schedules/new`);
    await page.getByText("This needs the role operator").waitFor();
  });
}

async function withoutScript(world: World): Promise<void> {
  await visit(world, { script: false }, async (page, go) => {
    await go(`/hosts/${world.host("db-replica")}/schedules`);
    await page.getByRole("link", { name: "Add schedule" }).click();
    await page.getByLabel("Name", { exact: true }).fill("By hand");
    await frequency(page, "Monthly").click();
    await page.getByLabel("Day of the month").fill("32");
    await page.getByLabel("Time", { exact: true }).fill("06:45");
    await page.getByLabel("Time zone").fill("Asia/Kolkata");
    await page.getByRole("button", { name: "Add schedule" }).click();
    await page.getByText("Give a day from 1 to 31").first().waitFor();
    await page.getByLabel("Day of the month").fill("31");
    await page.getByRole("button", { name: "Show next runs" }).click();
    await page.getByText("On the 31st of each month at 06:45").waitFor();
    await page.getByText("UTC+5:30").first().waitFor();
    await assertFits(page, "the editor without script");
    await page.getByRole("button", { name: "Add schedule" }).click();
    await page.getByText("By hand: db-replica gets it at once").waitFor();
    const row = page.locator(".tbl-sched tr", { hasText: "By hand" });
    await row.getByRole("switch").click();
    await row.getByText("turned off").waitFor();
    await row.getByRole("link", { name: "By hand", exact: true }).click();
    await page.getByLabel("Name", { exact: true }).fill("By hands");
    await page.getByRole("button", { name: "Save schedule" }).click();
    await page.getByText("By hands: db-replica gets it at once").waitFor();
    await page.getByRole("link", { name: "Pause…" }).click();
    await page.getByRole("link", { name: "Keep running" }).click();
    await page.getByRole("link", { name: "Pause…" }).click();
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("link", { name: "Remove By hands…" }).click();
    await page.getByRole("button", { name: "Remove schedule" }).click();
    await page.getByText("By hands: its snapshots and jobs stay.").waitFor();
  });
}

async function everyScene(world: World): Promise<void> {
  const { site, host } = world;
  const garage = `/hosts/${host("pi-garage")}/schedules`;
  const [nightly] = schedulesOf(world, "pi-garage");
  const bare = site.services.schedules.list(SYSTEM, host("laptop-07")).items[0]!;
  site.services.schedules.remove(SYSTEM, bare.id);
  const unruly = async (page: Page) => {
    await page.locator("html[data-hydrated]").waitFor({ state: "attached" });
    await page.locator("#name").fill("x".repeat(64));
    await frequency(page, "Cron").click();
    await page.locator("#cron").fill("* * * * *");
    await page.locator("#cron-error").waitFor();
    await page.getByText("Its own", { exact: true }).click();
  };
  await visit(world, {}, (page) =>
    assertScenes(page, site.url, [
      { title: "schedules", path: garage, ready: "What v7 changes" },
      { title: "none", path: `/hosts/${host("laptop-07")}/schedules`, ready: "Nothing runs by" },
      { title: "new schedule", path: `${garage}/new`, ready: "Every day at 02:30" },
      { title: "a schedule", path: `${garage}/${nightly!.id}`, ready: "Save schedule" },
      { title: "paused host", path: `/hosts/${host("pi-garage")}`, ready: "Backups are paused" },
      { title: "pause", path: `${garage}?pause`, ready: "Change the pause" },
      { title: "clone", path: `${garage}?clone=all`, ready: "All 11 hosts" },
      { title: "remove", path: `${garage}?remove=${nightly!.id}`, ready: "Keep schedule" },
    ]));
  await visit(world, { role: "viewer" }, (page) =>
    assertScenes(page, site.url, [
      { title: "schedules to read", path: garage, ready: "What v7 changes" },
      { title: "a schedule to read", path: `${garage}/${nightly!.id}`, ready: "Last change" },
    ]));
  await visit(world, {}, async (page) => {
    await assertScenes(page, site.url, [
      { title: "a schedule in error", path: `${garage}/new`, ready: "Its own", prepare: unruly },
    ]);
    await page.evaluate(() =>
      addEventListener("beforeunload", (event) => event.stopImmediatePropagation(), true)
    );
  });
}

async function hostileNames(world: World): Promise<void> {
  const { site, host } = world;
  const { schedules } = site.services;
  const id = host("nas-media");
  const [nightly] = schedulesOf(world, "nas-media");
  const ids = PRINTABLE.map((text) => text.slice(0, 64).trim()).filter((name) => name !== "")
    .slice(0, 30).map((name) => schedules.clone(SYSTEM, nightly!.id, [id]).items[0]!.id && name);
  const all = schedulesOf(world, "nas-media").slice(1);
  for (const [n, name] of ids.entries()) {
    schedules.edit(SYSTEM, all[n]!.id, {
      name,
      backup_set: { paths: [`/${name}`], excludes: [name], tags: [] },
    });
  }
  schedules.pause(SYSTEM, id, { until: "2026-11-20T00:00:00.000Z", reason: ids[3]! });
  await visit(world, {}, async (page, go) => {
    const at = `/hosts/${id}`;
    const pages = [`${at}/schedules`, at, "/", `${at}/schedules?clone=all`, `${at}/schedules?pause`]
      .concat(all.slice(0, 12).map((one) => `${at}/schedules/${one.id}`));
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      for (const path of pages) {
        await go(path);
        const grown = await page.evaluate(() =>
          document.querySelectorAll("main [onerror], main [onload], main img, main iframe").length
        );
        assert.equal(grown, 0, path);
        await assertFits(page, `${path} at ${width} px`);
      }
    }
  });
}

Deno.test("schedules: made, previewed, edited, paused, cloned, removed, read, without script", async (t) => {
  const site = await startStorySite({ host_count: 12, now: NOW });
  const browser = await launch();
  try {
    const ids = new Map(site.services.hosts.survey(SYSTEM).all.map(({ name, id }) => [name, id]));
    const world: World = {
      site,
      browser,
      host: (name) => ids.get(name)!,
      cookies: {
        admin: await site.signIn("admin"),
        operator: await site.signIn("operator"),
        viewer: await site.signIn("viewer"),
      },
    };
    await t.step("a schedule is made by clicking", () => addByClicking(world));
    await t.step("a schedule is made by keyboard alone", () => addByKeyboard(world));
    await t.step("what is typed before the script stays", () => typedBeforeScript(world));
    await t.step("times that cannot be are said in words", () => faultsAsWords(world));
    await t.step("an edit lists its changes, and leaving asks", () => editListsChanges(world));
    await t.step("a host is paused and resumed", () => pauseAndResume(world));
    await t.step("a run is started and found again", () => runAndFollow(world));
    await t.step("every scene passes axe and fits", () => everyScene(world));
    await t.step("schedules are cloned, and removed with a question", () => cloneAndRemove(world));
    await t.step("a viewer reads and changes nothing", () => viewerReads(world));
    await t.step("all of it works without script", () => withoutScript(world));
    await t.step("hostile names are text", () => hostileNames(world));
  } finally {
    await browser.close();
    await site.stop();
  }
});
