import assert from "node:assert/strict";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { ADMIN, Stack } from "../stack.ts";
import { assertAccessible, launch, watchFaults } from "./browser.ts";

const LIVE_MS = 60_000;

/** What the install page tells an operator once, as it is copied to the other terminals. */
interface Copied {
  token: string;
  server_key: string;
  rest_password: string;
  repository_password: string;
}

async function claimServer(page: Page, base_url: string, data_dir: string): Promise<void> {
  await page.goto(base_url);
  await page.getByRole("heading", { name: "Set up this server" }).waitFor();
  await assertAccessible(page, "set-up");
  const code = (await Deno.readTextFile(join(data_dir, "setup-code"))).trim();
  await page.getByLabel("One-time code").fill(code);
  await page.getByLabel("User name").fill(ADMIN.username);
  await page.getByLabel("Password").fill(ADMIN.password);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("heading", { name: "Nothing is backed up yet" }).waitFor();
}

async function describeHost(page: Page, name: string, url: string, folder: string) {
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Address on a REST server").fill(url);
  await page.getByLabel("Paths").fill(folder);
  await page.getByRole("button", { name: "Create install command" }).click();
  await page.getByRole("heading", { name: `Install the agent on ${name}` }).waitFor();
}

async function copyFrom(page: Page): Promise<Copied> {
  const line = await page.locator("#install-line").innerText();
  const server_key = /--server-key (\S+)/.exec(line)?.[1];
  assert.ok(server_key, `the server key is in ${line}`);
  const token = await page.locator("#token").innerText();
  assert.ok(!line.includes(token), "the token is typed at a prompt, never in the line");
  return {
    token,
    server_key,
    rest_password: await page.locator("#rest-password").innerText(),
    repository_password: await page.locator("#repository-password").innerText(),
  };
}

/** The other two terminals: the storage user, and the agent on the machine. */
async function installAgent(stack: Stack, name: string, copied: Copied): Promise<void> {
  await stack.storage.setUser(name, copied.rest_password);
  const agent = stack.agent(name);
  await agent.enroll(stack.server.url, copied.server_key, copied.token);
  agent.start();
}

/** Waits for something without a reload: the page is the one that was marked. */
async function live(page: Page, what: Locator): Promise<void> {
  await page.evaluate(() => document.body.dataset["same"] = "page");
  await what.first().waitFor({ timeout: LIVE_MS });
  assert.equal(await page.evaluate(() => document.body.dataset["same"]), "page");
}

async function followTrail(page: Page): Promise<void> {
  const trail = page.locator("[data-live=trail]");
  await live(page, trail.getByText("Agent connected"));
  await live(page, trail.getByRole("button", { name: "Initialise repo" }));
  await trail.getByRole("button", { name: "Initialise repo" }).click();
  await page.waitForURL(/\/jobs\/[0-9a-f-]+$/);
  await live(page, page.getByText(/Succeeded/));
}

async function changePassword(page: Page, password: string): Promise<void> {
  await page.locator(".tabs").getByRole("link", { name: "Settings" }).click();
  const row = page.locator(".secret", { hasText: "Encryption password" });
  await row.getByText("Replace…").click();
  await row.getByLabel("New encryption password").fill(password);
  await row.getByLabel(/I have the present password elsewhere/).check();
  await row.getByRole("button", { name: "Save" }).click();
  await page.getByText("The host gets it at once").first().waitFor();
}

Deno.test("an operator gets from the first run to a finished backup, a failed one and a retry by clicks alone", async () => {
  const parts = await Stack.startUnclaimed();
  const browser = await launch();
  let stack: Stack | undefined;
  try {
    const base_url = parts.server.url;
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const faults = watchFaults(context);
    const page = await context.newPage();
    await claimServer(page, base_url, parts.server.data_dir);
    stack = await Stack.adopt(parts);

    const folder = join(parts.dir, "files");
    await Deno.mkdir(folder);
    await Deno.writeTextFile(join(folder, "letter.txt"), "to be kept\n");

    await page.getByRole("link", { name: "Add host" }).first().click();
    await describeHost(page, "web-01", `${parts.storage.url}/web-01/`, folder);
    await installAgent(stack, "web-01", await copyFrom(page));
    await followTrail(page);
    await page.getByRole("link", { name: "web-01" }).last().click();
    await page.getByRole("button", { name: "Run now", exact: true }).click();
    await page.getByRole("heading", { name: "Backup of web-01" }).waitFor();
    await live(page, page.getByText(/Succeeded in/));
    await page.getByRole("link", { name: "web-01" }).last().click();
    await page.locator("main").getByText("Backed up", { exact: true }).first().waitFor();
    await page.getByRole("link", { name: /^Snapshots/ }).first().click();
    const listed = page.locator("main .tbl tbody tr", { hasText: folder });
    await listed.first().waitFor();
    assert.equal(await listed.count(), 1);
    await page.getByRole("link", { name: "Overview" }).first().click();
    await page.getByRole("heading", { name: "1 of 1 host is backed up" }).waitFor();

    await page.getByRole("link", { name: "Hosts" }).first().click();
    await page.getByRole("link", { name: "Add host" }).first().click();
    await describeHost(page, "db-01", `${parts.storage.url}/db-01/`, folder);
    const copied = await copyFrom(page);
    await installAgent(stack, "db-01", copied);
    await followTrail(page);
    await page.getByRole("link", { name: "db-01" }).last().click();
    await changePassword(page, "not the password of this repository");
    await page.getByRole("button", { name: "Run now", exact: true }).click();
    await live(page, page.getByText("What to try"));
    await page.getByRole("link", { name: "Overview" }).first().click();
    await page.getByRole("heading", { name: "1 of 2 hosts are backed up" }).waitFor();
    const row = page.getByRole("row", { name: /db-01/ });
    await row.getByRole("button", { name: "Retry" }).waitFor();
    await row.getByRole("link", { name: "db-01" }).click();
    await changePassword(page, copied.repository_password);
    await page.getByRole("button", { name: "Retry", exact: true }).click();
    await live(page, page.getByText(/Succeeded in/));
    await page.getByRole("link", { name: "Overview" }).first().click();
    await page.getByRole("heading", { name: "2 of 2 hosts are backed up" }).waitFor();
    assert.deepEqual(faults, []);
  } finally {
    await browser.close();
    if (stack !== undefined) await stack.stop();
    else {
      await parts.server.stop();
      await parts.storage.stop();
    }
  }
});
