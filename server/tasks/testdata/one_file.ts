/** @module A small server for build_test.ts: answers one page and tells what it carries. */
import { App, staticFiles } from "fresh";
import { loadBuild } from "../../build_source.ts";
import { setBuild } from "../../fresh/build.ts";

const { build, assets } = await loadBuild();
const app = new App();
setBuild(app, build);
const handler = app.use(staticFiles()).fsRoutes().handler();
const page = await handler(new Request("http://localhost/"));
const boot = await handler(new Request(`http://localhost${build.boot_url}`));
const facts = {
  page: await page.text(),
  boot: [boot.status, boot.headers.get("cache-control")],
  script: new TextDecoder().decode(assets.find("hello.sh")!.body),
  bytes: [...assets.find("raw.bin")!.body],
  hello_is_public: (await handler(new Request("http://localhost/hello.sh"))).status !== 404,
};
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(facts)));
