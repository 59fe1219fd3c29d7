/** @module The real app on a real port within this process, with a user signed in to a real browser. */
import { type BrowserContext, type Page } from "playwright-core";
import { loadBuild } from "../../server/build_source.ts";
import type { Role } from "../../server/protocol/entities.ts";
import { freePort } from "../../server/tasks/stack/processes.ts";
import { seedStory } from "../../server/tasks/seed/story.ts";
import { type TestApp, testApp, type TestOptions } from "../../server/testing.ts";
import { launch, watchFaults } from "./browser.ts";

export interface LocalSite {
  app: TestApp;
  context: BrowserContext;
  page: Page;
  base_url: string;
  /** What went wrong in the browser so far. */
  faults: string[];
  /** Signs somebody of this role in, in place of whoever was. */
  become(role: Role): Promise<void>;
  /** Serves again after `stop`. */
  start(): void;
  /** Takes the server away with everything that is open. */
  stop(): Promise<void>;
}

/** For `Deno.test`: the browser's own timers outlive a test by a moment. */
export const BROWSER_TEST = { sanitizeOps: false, sanitizeResources: false };

/** Starts the app over an empty database, or over the seeded story, with an administrator signed in. */
export async function withSite(
  test: (site: LocalSite) => Promise<void>,
  { hosts = 0, ...parts }: { hosts?: number } & Pick<TestOptions, "build" | "assets"> = {},
): Promise<void> {
  const port = freePort();
  const base_url = `http://127.0.0.1:${port}`;
  const app = await testApp({
    ...await loadBuild(),
    ...parts,
    config: { base_url, cookie_secure: false },
  });
  if (hosts > 0) {
    await seedStory(
      { ...app.services, clock: app.clock, present: new Set() },
      { host_count: hosts, snapshot_count: 3, now_ms: app.clock.now_ms() },
    );
  }
  const browser = await launch();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const faults = watchFaults(context);
  let server: Deno.HttpServer | undefined;
  const site: LocalSite = {
    app,
    context,
    page: await context.newPage(),
    base_url,
    faults,
    async become(role) {
      const { cookie } = await app.signIn(role);
      const [name, value] = cookie.split("=") as [string, string];
      await context.addCookies([{ name, value, url: base_url }]);
    },
    start() {
      server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, app.handler);
    },
    async stop() {
      app.services.fleet_events.streams.endAll();
      await server?.shutdown();
      server = undefined;
    },
  };
  await site.become("admin");
  site.start();
  try {
    await test(site);
  } finally {
    await browser.close();
    await site.stop();
  }
}
