/** @module The story in memory behind the real pages, on a loopback port: for pictures of them. */
import { createApp } from "../../app.ts";
import { SYSTEM } from "../../auth/permissions.ts";
import { SetupCode } from "../../auth/setup_code.ts";
import { loadBuild } from "../../build_source.ts";
import { FakeClock } from "../../clock.ts";
import { createServices } from "../../compose.ts";
import { openDatabase } from "../../db/open.ts";
import { sessionCookieName } from "../../http/session_cookie.ts";
import { JOB_RETENTION } from "../../jobs/job_retention.ts";
import { silentLog } from "../../log.ts";
import type { Role } from "../../protocol/entities.ts";
import { temporaryIdentity } from "../../secrets/identity.ts";
import { Sealer } from "../../secrets/seal.ts";
import type { Services } from "../../services.ts";
import type { World } from "./cast.ts";
import { bringToLife } from "./living.ts";
import { seedServices } from "./services.ts";
import { seedStory } from "./story.ts";

export interface StorySite {
  url: string;
  services: Services;
  clock: FakeClock;
  /** The cookie of a new user's session. */
  signIn(role: Role): Promise<{ name: string; value: string; url: string }>;
  stop(): Promise<void>;
}

export interface StorySiteOptions {
  host_count: number;
  /** The time that stands still in it, ISO 8601. */
  now: string;
  world?: World;
}

/** Seeds, connects the story's hosts and listens. */
export async function startStorySite(options: StorySiteOptions): Promise<StorySite> {
  const { host_count, now, world = "usual" } = options;
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const url = `http://127.0.0.1:${port}`;
  const clock = new FakeClock(now);
  const log = silentLog;
  const db = openDatabase(":memory:", { clock, log });
  const sealer = new Sealer(crypto.getRandomValues(new Uint8Array(32)));
  const seeding = await seedServices(db, clock.now_ms(), sealer);
  if (host_count > 0) {
    const story = { host_count, snapshot_count: 30, world };
    await seedStory(seeding, { ...story, now_ms: clock.now_ms() });
  }
  const { build, assets } = await loadBuild();
  const config = {
    ...{
      listen: { hostname: "127.0.0.1", port },
      base_url: url,
      data_dir: "/var/lib/restic-manager",
    },
    ...{ secret_key_file: "/var/lib/restic-manager/secret.key", trusted_proxies: [] },
    ...{ cookie_secure: false, log_level: "error" as const, job_retention: JOB_RETENTION },
  };
  const services = await createServices(config, {
    ...{ clock, log, assets, db, sealer },
    identity: await temporaryIdentity(),
    setup_code: new SetupCode(),
  });
  bringToLife(services, clock);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, onListen() {} },
    createApp(services, build),
  );
  return {
    ...{ url, services, clock },
    async signIn(role) {
      const password = "violet anchor 71 ribbons";
      const user = await services.users.add(SYSTEM, { username: role, password, role });
      const { token } = services.sessions.start(user, { ip: "127.0.0.1", user_agent: "" });
      return { name: sessionCookieName(config), value: token, url };
    },
    async stop() {
      services.fleet_events.streams.endAll();
      await server.shutdown();
      db.close();
    },
  };
}
