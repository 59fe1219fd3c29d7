/**
 * @module `deno task screenshots`: takes the README's pictures of the overview, light and dark, from
 * the story of twelve hosts. The same story at the same time gives the same picture.
 */
import { join } from "node:path";
import { chromium } from "playwright-core";
import { startStorySite } from "./seed/story_site.ts";
import { projectDir, setUpChromium } from "./setup.ts";

/** The moment at which the pictures stand still: a Thursday morning. */
const NOW = "2026-11-12T09:42:05Z";
const FOLDER = join(projectDir(), "docs", "screenshots");
const PICTURES = [
  { file: "overview.png", theme: "light" },
  { file: "overview-dark.png", theme: "dark" },
] as const;
/** The system font differs by machine; these two are on most. */
const FONT = "Inter, 'Liberation Sans', sans-serif";

const site = await startStorySite({ host_count: 12, now: NOW });
const browser = await chromium.launch({
  executablePath: await setUpChromium(say),
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
});
try {
  await Deno.mkdir(FOLDER, { recursive: true });
  const cookie = await site.signIn("admin");
  for (const { file, theme } of PICTURES) {
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      colorScheme: theme,
      reducedMotion: "reduce",
    });
    await context.addCookies([cookie]);
    const page = await context.newPage();
    await page.goto(site.url + "/");
    await page.getByText("Live", { exact: true }).waitFor();
    await page.evaluate((font) => document.body.style.setProperty("font-family", font), FONT);
    const picture = await page.screenshot({ path: join(FOLDER, file) });
    say(`${file}: ${Math.round(picture.length / 1000)} kB`);
    await context.close();
  }
} finally {
  await browser.close();
  await site.stop();
}
Deno.exit(0);

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(line + "\n"));
}
