/** @module The bundled server with 1,000 hosts: its start, its overview, its memory with their agents. */
import { join } from "node:path";
import { SYSTEM } from "../server/auth/permissions.ts";
import { SERVER_DENO_FLAGS } from "../server/tasks/deno_flags.ts";
import { seedServices } from "../server/tasks/seed/services.ts";
import { seedStory } from "../server/tasks/seed/story.ts";
import type { ApiClient } from "../server/tasks/stack/client.ts";
import type { FakeIdentity } from "../server/tasks/stack/fake_agent.ts";
import { freePort, ServerProcess } from "../server/tasks/stack/processes.ts";
import { testApp } from "../server/testing.ts";
import { bundle } from "./bundle.ts";
import { connected, demandOnline, startFleet } from "./fleet.ts";
import { fleetData } from "./fleet_data.ts";
import { memoryOf } from "./memory.ts";
import { pageWeight } from "./page_weight.ts";
import { countStatements } from "./statements.ts";
import { type Figure, median, p95, skipped } from "./table.ts";

const HOSTS = 1000;
const STARTS = 5;
const REQUESTS = 200;
const WARM_UP = 20;
const SETTLE_SECONDS = 10;

const START = { name: "server: start to first answer", unit: "s", budget: 0.5 };
const TIME = { name: "dashboard at 1,000 hosts, p95", unit: "ms", budget: 50 };
const STATEMENTS = { name: "dashboard at 1,000 hosts, statements", unit: "", budget: 10 };
const WEIGHT = { name: "dashboard: script and style over the wire", unit: "kB", budget: 40 };
const CONNECT = { name: "1,000 agents, until the last has acknowledged its config", unit: "s" };
const MEMORY = { name: "server: RSS with 1,000 agents", unit: "MB", budget: 150 };

export interface ServerOptions {
  project_dir: string;
  /** Everything is made below it. */
  dir: string;
  log(line: string): void;
}

/** Seeds 1,000 hosts, starts the one-file server on them, and measures it from outside. */
export async function measureServer(options: ServerOptions): Promise<Figure[]> {
  const { dir, log } = options;
  try {
    const { server_file } = await bundle(options.project_dir);
    const data_dir = join(dir, "server");
    log(`seeding ${HOSTS} hosts`);
    const identities = await fleetData(data_dir, HOSTS);
    const entry = { file: server_file, flags: SERVER_DENO_FLAGS };
    const seconds: number[] = [];
    const start = () =>
      ServerProcess.start({ entry, port: freePort(), data_dir, log_file: join(dir, "server.log") });
    for (let n = 0; n < STARTS; n++) {
      const began = performance.now();
      const server = await start();
      await (await fetch(`${server.url}/healthz`)).body?.cancel();
      seconds.push((performance.now() - began) / 1000);
      await server.stop();
    }
    const figures: Figure[] = [{
      ...START,
      measured: median(seconds),
      note: `bundled, over ${HOSTS} hosts, process to answer, median of ${STARTS}`,
    }];
    const server = await start();
    try {
      const api = await server.firstAdmin("bench", "correct horse battery 9");
      const { cookie } = api;
      const times = await overviewTimes(server.url, cookie);
      figures.push({
        ...TIME,
        measured: p95(times),
        note: `asked ${REQUESTS} times by HTTP, answer packed; median ${
          median(times).toFixed(1)
        } ms`,
      }, {
        ...STATEMENTS,
        measured: await overviewStatements(),
        note: "the whole request, session and layout included",
      }, {
        ...WEIGHT,
        measured: await pageWeight(`${server.url}/`, cookie) / 1000,
        note: "everything `/` names or imports, packed as sent",
      });
      log(`connecting ${HOSTS} agents`);
      figures.push(...await withAgents(server, { dir, identities, api }));
    } finally {
      await server.stop();
    }
    return figures;
  } catch (error) {
    return [START, TIME, STATEMENTS, WEIGHT, MEMORY].map((figure) => skipped(figure, error));
  }
}

/** Milliseconds of each GET of the overview, until its last byte. */
async function overviewTimes(url: string, cookie: string): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < WARM_UP + REQUESTS; n++) {
    const began = performance.now();
    const answer = await fetch(`${url}/`, { headers: { cookie } });
    await answer.text();
    if (answer.status !== 200) throw new Error(`the overview answered ${answer.status}`);
    if (n >= WARM_UP) times.push(performance.now() - began);
  }
  return times;
}

/** Statements of one GET of the overview, counted in this process. */
async function overviewStatements(): Promise<number> {
  const app = await testApp();
  const { db, sealer, clock } = app.services;
  try {
    const services = await seedServices(db, clock.now_ms(), sealer);
    await seedStory(services, { host_count: HOSTS, snapshot_count: 1, now_ms: clock.now_ms() });
    const { headers } = await app.signIn("admin");
    if (app.services.hosts.survey(SYSTEM).all.length !== HOSTS) {
      throw new Error("the seed is short");
    }
    // A server reads the times of all schedules once, after its start.
    app.services.schedules.upNext(SYSTEM, 1);
    return await countStatements(db, async () => {
      await (await app.ask("/", { headers })).text();
    });
  } finally {
    db.close();
  }
}

async function withAgents(
  server: ServerProcess,
  { dir, identities, api }: { dir: string; identities: FakeIdentity[]; api: ApiClient },
): Promise<Figure[]> {
  const before = memoryOf(server.pid);
  const fleet = await startFleet({ server, dir, name: "fleet", at_once: 100 }, identities);
  try {
    const seconds = await connected(fleet);
    await demandOnline(api, HOSTS);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_SECONDS * 1000));
    const { resident_mb, own_mb } = memoryOf(server.pid);
    await demandOnline(api, HOSTS);
    const note = `${own_mb.toFixed(1)} MB its own; ${
      before.resident_mb.toFixed(1)
    } MB without agents`;
    return [
      { ...CONNECT, budget: null, measured: seconds, note: "100 at a time" },
      { ...MEMORY, measured: resident_mb, note: `${note}, after 220 requests` },
    ];
  } finally {
    await fleet.stop();
  }
}
