/** @module The server from its settings to its port, and back down again. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { EpochFile } from "./agents/epoch_file.ts";
import { createApp } from "./app.ts";
import { SYSTEM } from "./auth/permissions.ts";
import { SetupCode } from "./auth/setup_code.ts";
import { loadBuild } from "./build_source.ts";
import { type Clock, ClockWatch, systemClock } from "./clock.ts";
import { createServices } from "./compose.ts";
import type { Config } from "./config.ts";
import { DataDirLock } from "./data_dir_lock.ts";
import { Meta } from "./db/meta.ts";
import { openDatabase } from "./db/open.ts";
import { createLog } from "./log.ts";
import { loadIdentity } from "./secrets/identity.ts";
import { checkMasterKey } from "./secrets/key_check.ts";
import { loadMasterKey } from "./secrets/key_file.ts";
import { Sealer } from "./secrets/seal.ts";
import type { Services } from "./services.ts";
import { StartError } from "./start_error.ts";

const MINUTE_MS = 60 * 1000;
const RECHECK_MS = 20 * 1000;
const HOUSEKEEPING_MS = 10 * MINUTE_MS;
/** Requests under way get this long to finish; open streams never do. */
const DRAIN_MS = 3000;

export interface StartOptions {
  /** Another than the machine's, for tests. */
  clock?: Clock;
}

export interface RunningServer {
  services: Services;
  /** Where it listens, as http://127.0.0.1:8080. */
  address: string;
  /** The code for the first administrator; undefined once there is one. */
  setup_code: string | undefined;
  /** Stops accepting, tells the agents, closes the database. */
  stop(): Promise<void>;
}

/** Opens everything and listens. @throws {StartError} with what to do about it */
export async function startServer(
  config: Config,
  { clock = systemClock() }: StartOptions = {},
): Promise<RunningServer> {
  // First of all: two servers would each serve half of the agents and undo each other's work.
  const lock = DataDirLock.acquire(config.data_dir);
  const log = createLog(config.log_level);
  const db_path = join(config.data_dir, "restic-manager.db");
  const is_new = !existsSync(db_path);
  // Keys first: a database is never made without the keys that its secrets need.
  const sealer = new Sealer(loadMasterKey(config.secret_key_file, is_new));
  const identity = await loadIdentity(config.data_dir, is_new);
  const { build, assets } = await loadBuild();
  const db = openDatabase(db_path, { clock, log });
  await checkMasterKey(new Meta(db), sealer);
  const setup_code = new SetupCode(join(config.data_dir, "setup-code"));
  const epoch_file = new EpochFile(config.data_dir);
  const parts = { clock, log, assets, db, sealer, identity, setup_code, epoch_file };
  const services = await createServices(config, parts);

  if (config.base_url.startsWith("https:") && config.trusted_proxies.length === 0) {
    log.warn("RM_TRUSTED_PROXY is empty: limits and the audit log see the proxy's address alone");
  }
  const server = listen(config, createApp(services, build));
  const clock_watch = new ClockWatch(clock);
  const timers = [
    setInterval(() => run(services, everyMinute(services)), MINUTE_MS),
    setInterval(() => run(services, everyTwentySeconds(services, clock_watch)), RECHECK_MS),
    // Soon after a start too: it goes on with what a stop cut short.
    setTimeout(() => void services.housekeeping.run(), MINUTE_MS),
    setInterval(() => void services.housekeeping.run(), HOUSEKEEPING_MS),
    setTimeout(() => inSteps(services.schedules.prepare(), () => db.isOpen)),
  ];
  const { hostname, port } = server.addr;
  return {
    services,
    address: `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`,
    setup_code: services.users.anyExists ? undefined : setup_code.issue(),
    async stop() {
      for (const timer of timers) clearInterval(timer);
      services.fleet_events.streams.endAll();
      run(services, { "tell the agents": () => services.agent_sessions.shutDown() });
      await Promise.race([server.shutdown(), wait(DRAIN_MS)]);
      run(services, {
        "mark how far the database is": () => services.epochs.mark(),
        "close the database": () => db.close(),
      });
      lock.release();
    },
  };
}

function listen(
  config: Config,
  handler: ReturnType<typeof createApp>,
): Deno.HttpServer<Deno.NetAddr> {
  const { hostname, port } = config.listen;
  try {
    return Deno.serve({ hostname, port, onListen() {} }, handler);
  } catch (error) {
    throw new StartError(
      `RM_LISTEN: cannot listen on ${hostname}:${port}: choose another port or stop what uses it`,
      { cause: error },
    );
  }
}

/** Requests are served between the steps. */
function inSteps(work: Generator<void>, goes_on: () => boolean): void {
  if (!goes_on() || work.next().done) return;
  setTimeout(() => inSteps(work, goes_on));
}

type Tasks = Record<string, () => void>;

function everyMinute({ jobs, agent_sessions, snapshots, refusals, epochs }: Services): Tasks {
  return {
    "expire jobs": () => jobs.expire(),
    "dispatch jobs": () => jobs.dispatch(),
    "record hosts seen": () => agent_sessions.recordSeen(),
    "count violations": () => agent_sessions.tellViolations(),
    "count refusals": () => refusals.flush(),
    "sweep snapshots": () => snapshots.sweep(),
    "mark how far the database is": () => epochs.mark(),
  };
}

function everyTwentySeconds(services: Services, clock_watch: ClockWatch): Tasks {
  const { sessions, disk } = services;
  return {
    "look at the clock": () => tellJump(services, clock_watch.jumpedSeconds()),
    "look at the disk": () => void disk.state(),
    "end streams of sessions that are over": () => sessions.recheckHeld(),
  };
}

/** Whoever reads times of that day has to know; rows keep the order in which they were written. */
function tellJump({ db, audit, log }: Services, seconds: number): void {
  if (seconds === 0) return;
  log.warn("the server's clock was set, or the server slept", { seconds });
  db.transaction(() =>
    audit.record(SYSTEM, {
      action: "server.clock_jumped",
      target_kind: "server",
      target_id: null,
      payload: { seconds },
    })
  );
}

/** One part that fails does not keep the others from running. */
function run({ log }: Services, tasks: Tasks): void {
  for (const [task, work] of Object.entries(tasks)) {
    try {
      work();
    } catch (error) {
      log.error("a timer failed", { task, error });
    }
  }
}

function wait(duration_ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, duration_ms));
}
