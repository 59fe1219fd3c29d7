/** @module The real server for tests: real services, a database in memory, a clock that stands still. */
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { createApp, type Handler } from "./app.ts";
import type { Assets } from "./assets.ts";
import { SYSTEM } from "./auth/permissions.ts";
import { SetupCode } from "./auth/setup_code.ts";
import { FakeClock } from "./clock.ts";
import { createServices } from "./compose.ts";
import type { Config } from "./config.ts";
import { openDatabase } from "./db/open.ts";
import type { Build } from "./fresh/build.ts";
import { importSources } from "./fresh/discover.ts";
import { readSessionToken, sessionCookieName } from "./http/session_cookie.ts";
import { JOB_RETENTION } from "./jobs/job_retention.ts";
import { type Log, silentLog } from "./log.ts";
import type { Role, User } from "./protocol/entities.ts";
import { temporaryIdentity } from "./secrets/identity.ts";
import { Sealer } from "./secrets/seal.ts";
import type { Services } from "./services.ts";

/** Somebody signed in, as a script would use REST. */
export interface SignedInUser {
  user: User;
  cookie: string;
  csrf: string;
  /** Headers of a state-changing request: cookie, token, origin. */
  headers: Record<string, string>;
}

export interface TestApp {
  handler: Handler;
  services: Services;
  clock: FakeClock;
  /** Asks the app for a path of its base URL. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** A session of a new user with this role; the first call also ends the first run. */
  signIn(role: Role): Promise<SignedInUser>;
}

export interface TestOptions {
  config?: Partial<Config>;
  log?: Log;
  build?: Build;
  assets?: Assets;
  /** Measures how long agents' messages take: nothing unless told, so each is dealt with at once. */
  time_ms?: () => number;
}

const BASE_URL = "http://localhost:8080";
/** Made once: an Argon2id hash of it costs 40 ms each time, which is what Users.add() does. */
const PASSWORD = "violet anchor 71 ribbons";

/** Services over a database in memory; `build` and `assets` are empty unless given. */
export async function testApp(options: TestOptions = {}): Promise<TestApp> {
  const clock = new FakeClock();
  const log = options.log ?? silentLog;
  const config: Config = {
    listen: { hostname: "127.0.0.1", port: 8080 },
    data_dir: "/nowhere",
    base_url: BASE_URL,
    secret_key_file: "/nowhere/secret.key",
    trusted_proxies: [],
    cookie_secure: true,
    log_level: "info",
    job_retention: JOB_RETENTION,
    ...options.config,
  };
  const services = await createServices(config, {
    clock,
    log,
    assets: options.assets ?? { find: () => undefined },
    db: openDatabase(":memory:", { clock, log }),
    sealer: new Sealer(crypto.getRandomValues(new Uint8Array(32))),
    identity: await temporaryIdentity(),
    setup_code: new SetupCode(),
    time_ms: options.time_ms ?? (() => 0),
  });
  const handler = createApp(services, options.build ?? await routesOnly());
  let users = 0;

  async function signIn(role: Role): Promise<SignedInUser> {
    const input = { username: `${role}-${++users}`, password: PASSWORD, role };
    const user = await services.users.add(SYSTEM, input);
    const from = { ip: "192.0.2.1", user_agent: "a test" };
    const { token, session } = services.sessions.start(user, from);
    const cookie = `${sessionCookieName(config)}=${token}`;
    const csrf = services.sessions.csrfToken(session);
    const headers = { cookie, "x-csrf-token": csrf, origin: config.base_url };
    return { user, cookie, csrf, headers };
  }

  return {
    handler,
    services,
    clock,
    signIn,
    ask: (path, init) => handler(new Request(config.base_url + path, init)),
  };
}

/** The session token that an answer set, or undefined. */
export function tokenSetBy(response: Response, config: Config): string | undefined {
  const cookies = response.headers.getSetCookie().map((line) => line.split(";")[0]).join("; ");
  return readSessionToken(new Headers({ cookie: cookies }), config) || undefined;
}

/** The files under routes/ by their id, as `/hosts/[id]/index`. */
export function routeFiles(): Map<string, string> {
  const root = fileURLToPath(new URL("../routes", import.meta.url));
  const files = new Map<string, string>();
  function walk(folder: string): void {
    for (const { name, isDirectory } of Deno.readDirSync(folder)) {
      const path = join(folder, name);
      if (isDirectory) walk(path);
      else if (/(?<!_test)\.tsx?$/.test(name)) {
        files.set(`/${relative(root, path).split(sep).join("/")}`.replace(/\.tsx?$/, ""), path);
      }
    }
  }
  walk(root);
  return files;
}

/** The routes of the sources on disk, without islands, styles and other files. */
async function routesOnly(): Promise<Build> {
  const routes = routeFiles();
  return await importSources({
    ...{ id: "test", boot_url: "", routes },
    ...{ islands: new Map(), files: new Map() },
  });
}
