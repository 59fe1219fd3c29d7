/** @module Pages in their states, each held to axe and to its width, light and dark. */
import assert from "node:assert/strict";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { assertAccessible, assertFits } from "./browser.ts";

/** A page, how to get it into its state, and what shows that it is there. */
export interface Scene {
  title: string;
  path: string;
  ready?: string | RegExp;
  prepare?(page: Page): Promise<void>;
}

/** The last two for the fit alone: 320 is a page of 1280 px at 400 %. */
const WIDTHS_PX = [1440, 390, 360, 320];

/** What is wrong with one page, in both themes and at every width. */
async function faultsOf(page: Page, base_url: string, scene: Scene): Promise<string[]> {
  const found: string[] = [];
  const note = (error: unknown) => void found.push((error as Error).message);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto(base_url + scene.path);
  await scene.prepare?.(page);
  if (scene.ready !== undefined) await page.getByText(scene.ready).first().waitFor();
  for (const width of WIDTHS_PX) {
    await page.setViewportSize({ width, height: 900 });
    await assertFits(page, `${scene.title} at ${width} px`).catch(note);
    if (width < 390) continue;
    await assertAccessible(page, `${scene.title}, ${width} px`).catch(note);
    // The other theme changes colours and nothing else.
    const colorScheme = width === 1440 ? "dark" : "light";
    await page.emulateMedia({ colorScheme });
    await stillness(page);
    const title = `${scene.title}, ${width} px, ${colorScheme}`;
    await assertAccessible(page, title, ["color-contrast", "link-in-text-block"]).catch(note);
  }
  return found;
}

/** Lets colours arrive: one on its way, if only for a frame, fails the contrast rules. */
async function stillness(page: Page): Promise<void> {
  await page.evaluate(() =>
    new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  );
}

/** Visits all before it fails, so that one run names everything. */
export async function assertScenes(page: Page, base_url: string, scenes: Scene[]): Promise<void> {
  const found: string[] = [];
  for (const scene of scenes) found.push(...await faultsOf(page, base_url, scene));
  assert.deepEqual(found, []);
}

/** A browser that moves nothing. */
export async function newContext(browser: Browser): Promise<BrowserContext> {
  return await browser.newContext({ reducedMotion: "reduce" });
}

/** A page that answers 403 or 404 is a failed request for the console too. */
export function withoutAnswers(faults: string[]): string[] {
  return faults.filter((fault) => !/status of (400|401|403|404|422)/.test(fault));
}
