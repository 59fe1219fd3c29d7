import { App, staticFiles } from "fresh";
import { stop } from "esbuild";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { setBuild } from "./build.ts";
import { findSources, importSources } from "./discover.ts";

const FIXTURE = fileURLToPath(new URL("./testdata/app", import.meta.url));

interface State {
  nonce: string;
}

/** The fixture's app, with a policy that lets nothing run without the nonce. */
async function fixture() {
  const build = await importSources(await findSources(FIXTURE));
  await stop();
  const app = new App<State>();
  setBuild(app, build);
  app.use(async (ctx) => {
    ctx.state.nonce = crypto.randomUUID();
    const answer = await ctx.next();
    answer.headers.set(
      "content-security-policy",
      `default-src 'none'; connect-src 'self'; script-src 'nonce-${ctx.state.nonce}' 'strict-dynamic'`,
    );
    return answer;
  });
  return { build, handler: app.use(staticFiles()).fsRoutes().handler() };
}

Deno.test("findSources bundles each island once, with what they share in common chunks", async () => {
  const { build, handler } = await fixture();
  assert.deepEqual(build.islands.map((island) => island.name).sort(), [
    "Counter",
    "Twins.Left",
    "Twins.Right",
  ]);
  const boot = await handler(new Request(`http://localhost${build.boot_url}`));
  assert.match(boot.headers.get("cache-control")!, /immutable/);
  const scripts = [...build.files].filter(([path]) => path.endsWith(".js"));
  const with_preact = scripts.filter(([, { body }]) =>
    new TextDecoder().decode(body).includes("dangerouslySetInnerHTML")
  );
  assert.equal(with_preact.length, 1, "preact is in one chunk");
});

Deno.test("islands become alive in a browser, keep their markup and share signals", async () => {
  const { handler } = await fixture();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    handler,
  );
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
  try {
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    page.on("pageerror", (error) => problems.push(error.message));
    await page.goto(`http://127.0.0.1:${server.addr.port}/`);
    await page.waitForSelector("html[data-hydrated]");
    const before = await page.locator("main").innerHTML();

    await page.getByRole("button", { name: "Count 5" }).click();
    assert.equal(await page.getByRole("button", { name: "Count 6" }).count(), 1);
    assert.equal(await page.locator("time").innerText(), "1970-01-01");
    assert.equal(await page.locator("li").allInnerTexts().then((all) => all.join()), "a=1,b=2");

    await page.getByRole("button", { name: "Left 0" }).click();
    assert.equal(await page.getByRole("button", { name: "Right 1" }).count(), 1);
    const after = await page.locator("main").innerHTML();
    assert.equal(after.replace("Count 6", "Count 5").replaceAll(/(Left|Right) 1/g, "$1 0"), before);
    assert.deepEqual(problems, []);
  } finally {
    await browser.close();
    await server.shutdown();
  }
});
