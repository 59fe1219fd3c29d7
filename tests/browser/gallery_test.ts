import assert from "node:assert/strict";
import { loadBuild } from "../../server/build_source.ts";
import { findSources } from "../../server/fresh/discover.ts";
import { PROJECT_DIR, withoutDevPages } from "../../server/tasks/build_parts.ts";
import { assertAccessible, assertFits } from "./browser.ts";
import { BROWSER_TEST, withSite } from "./local_site.ts";

Deno.test(
  "every component in every state passes axe and fits, light and dark, wide and narrow",
  BROWSER_TEST,
  async () => {
    const module = await import("../../routes/dev/components.tsx");
    const { build, assets } = await loadBuild();
    const routes = [...build.routes, { id: "/dev/components", module }];
    await withSite(async ({ page, base_url, faults }) => {
      await page.emulateMedia({ reducedMotion: "reduce" });
      await page.goto(base_url + "/dev/components");
      await page.locator("html[data-hydrated]").waitFor({ state: "attached" });
      for (const [width, colorScheme] of [[1440, "light"], [390, "dark"]] as const) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
        await assertAccessible(page, `the gallery at ${width} px, ${colorScheme}`);
        await assertFits(page, `the gallery at ${width} px`);
      }
      await page.getByRole("button", { name: "Remove host…" }).click();
      await page.getByRole("dialog", { name: "Remove web-01?" }).waitFor();
      await assertAccessible(page, "a question that destroys");
      assert.deepEqual(faults, []);
    }, { build: { ...build, routes }, assets });
  },
);

Deno.test("nothing but development serves the gallery", async () => {
  const { build } = await loadBuild();
  assert.ok(!build.routes.some(({ id }) => id.startsWith("/dev/")));
  const sources = await findSources(PROJECT_DIR);
  assert.ok(sources.routes.has("/dev/components"));
  const shipped = withoutDevPages(sources);
  assert.ok(!shipped.routes.has("/dev/components") && shipped.routes.has("/index"));
});
