/** @module A real Chromium for the browser tests, and what every page is held to. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { projectDir, setUpChromium } from "../../server/tasks/setup.ts";

/** Starts Debian's Chromium, quiet and without a sandbox of its own (tests may run as root). */
export async function launch(): Promise<Browser> {
  return await chromium.launch({
    executablePath: await setUpChromium(() => {}),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
}

/** What went wrong in a page: exceptions, console errors (a broken CSP is one) and failed requests. */
export function watchFaults(context: BrowserContext): string[] {
  const faults: string[] = [];
  context.on("weberror", (error) => faults.push(`exception: ${error.error().message}`));
  context.on("console", (message) => {
    if (message.type() === "error") faults.push(`console: ${message.text()}`);
  });
  context.on("dialog", (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return faults;
}

/** Signs in through the page, as a person does. */
export async function signIn(page: Page, base_url: string, who: {
  username: string;
  password: string;
}): Promise<void> {
  await page.goto(base_url + "/login");
  await page.getByLabel("User name").fill(who.username);
  await page.getByLabel("Password").fill(who.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(base_url + "/");
}

/** Asserts that axe finds nothing on the page as it is: by all of its rules, or by those named. */
export async function assertAccessible(page: Page, title: string, rules?: string[]): Promise<void> {
  if (!await page.evaluate(() => "axe" in globalThis)) {
    // An isolated world would obey the page's CSP less honestly: evaluate() runs outside of it.
    await page.evaluate(
      await Deno.readTextFile(join(projectDir(), "node_modules/axe-core/axe.min.js")),
    );
  }
  const violations = await page.evaluate(async (rules) => {
    const options = rules === undefined ? {} : { runOnly: { type: "rule", values: rules } };
    // deno-lint-ignore no-explicit-any
    const result = await (globalThis as any).axe.run(document, options);
    return result.violations.map((v: { id: string; nodes: { html: string }[] }) =>
      `${v.id}: ${v.nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`
    ) as string[];
  }, rules);
  assert.deepEqual(violations, [], `axe on ${title}`);
}

/** Asserts that nothing sticks out: no sideways scroll at this width. */
export async function assertFits(page: Page, title: string): Promise<void> {
  const over = await page.evaluate(() =>
    document.documentElement.scrollWidth - document.documentElement.clientWidth
  );
  assert.ok(over <= 0, `${title} is ${over} px too wide`);
}
