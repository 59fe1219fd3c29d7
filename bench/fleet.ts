/** @module The bundled server with the sockets of many agents: its memory, and how soon they are back. */
import { join } from "node:path";
import type { FleetSummary } from "../server/protocol/rest.ts";
import { SERVER_DENO_FLAGS } from "../server/tasks/deno_flags.ts";
import type { ApiClient } from "../server/tasks/stack/client.ts";
import type { FakeIdentity } from "../server/tasks/stack/fake_agent.ts";
import { freePort, plainEnvironment, ServerProcess } from "../server/tasks/stack/processes.ts";
import { Program } from "../server/tasks/stack/program.ts";
import { bundle } from "./bundle.ts";
import { fleetData } from "./fleet_data.ts";
import { cpuSecondsOf, memoryOf } from "./memory.ts";
import { type Figure, median, percentile, skipped } from "./table.ts";

const HOSTS = 5000;
const RETURNING = 3000;
const SETTLE_SECONDS = 10;
const CONNECT_SECONDS_MAX = 180;

const RETURN = { name: "3,000 agents at once, authenticated, config acknowledged", unit: "s" };
const PAGES = { name: "3,000 agents at once: hosts' page meanwhile, p99", unit: "ms" };
const MEMORY = { name: "server: RSS with 5,000 agents", unit: "MB" };

export interface FleetOptions {
  project_dir: string;
  dir: string;
  log(line: string): void;
}

/** 3,000 agents come at once, as when the server was restarted; then 2,000 more. */
export async function measureFleet(options: FleetOptions): Promise<Figure[]> {
  const { dir, log } = options;
  const fleets: Program[] = [];
  try {
    const { server_file } = await bundle(options.project_dir);
    const data_dir = join(dir, "fleet");
    log(`seeding ${HOSTS} hosts`);
    const identities = await fleetData(data_dir, HOSTS, 1);
    const server = await ServerProcess.start({
      entry: { file: server_file, flags: SERVER_DENO_FLAGS },
      ...{ port: freePort(), data_dir, log_file: join(dir, "fleet-server.log") },
    });
    try {
      const api = await server.firstAdmin("bench", "correct horse battery 9");
      const returning = identities.slice(0, RETURNING);
      log(`${RETURNING} agents connect at once`);
      const fleet = await startFleet(
        { server, dir, name: "returning", at_once: RETURNING },
        returning,
      );
      fleets.push(fleet);
      const cpu_before = cpuSecondsOf(server.pid);
      const pages_ms: number[] = [];
      const seconds = await whileAsking(api, pages_ms, connected(fleet));
      const cpu_seconds = cpuSecondsOf(server.pid) - cpu_before;
      await demandOnline(api, RETURNING);
      log(`${HOSTS - RETURNING} more connect`);
      const others = identities.slice(RETURNING);
      const more = await startFleet({ server, dir, name: "others", at_once: 100 }, others);
      fleets.push(more);
      await connected(more);
      await demandOnline(api, HOSTS);
      await new Promise((resolve) => setTimeout(resolve, SETTLE_SECONDS * 1000));
      const { resident_mb, own_mb } = memoryOf(server.pid);
      await demandOnline(api, HOSTS);
      return [
        {
          ...RETURN,
          budget: 10,
          measured: seconds,
          note: `${cpu_seconds.toFixed(1)} s of the server's processor time`,
        },
        {
          ...PAGES,
          budget: 1000,
          measured: percentile(pages_ms, 0.99),
          note: `${pages_ms.length} pages; median ${median(pages_ms).toFixed(0)} ms`,
        },
        { ...MEMORY, budget: 300, measured: resident_mb, note: `${own_mb.toFixed(1)} MB its own` },
      ];
    } finally {
      for (const fleet of fleets) await fleet.stop();
      await server.stop();
    }
  } catch (error) {
    return [
      skipped({ ...RETURN, budget: 10 }, error),
      skipped({ ...PAGES, budget: 1000 }, error),
      skipped({ ...MEMORY, budget: 300 }, error),
    ];
  }
}

/** A process with these agents, about to connect; {@link connected} tells when they are. */
export async function startFleet(
  options: { server: ServerProcess; dir: string; name: string; at_once: number },
  identities: FakeIdentity[],
): Promise<Program> {
  const { server, dir, name, at_once } = options;
  const file = join(dir, `${name}.json`);
  await Deno.writeTextFile(file, JSON.stringify(identities));
  const fleet = new Program({
    command: Deno.execPath(),
    args: ["run", "-A", "--quiet", join(import.meta.dirname!, "fake_fleet.ts")]
      .concat(server.url, file, String(at_once)),
    env: plainEnvironment(),
    log_file: join(dir, `${name}.log`),
  });
  await fleet.line("the agents' process", (line) => line === "ready" || undefined, 60);
  return fleet;
}

/** How many seconds it took until the server had dealt with the last agent's acknowledgement. */
export async function connected(fleet: Program): Promise<number> {
  return await fleet.line(
    "agents",
    (line) => {
      const seconds = /^connected \d+ in ([\d.]+) s/.exec(line)?.[1];
      return seconds === undefined ? undefined : Number(seconds);
    },
    CONNECT_SECONDS_MAX,
  );
}

/** @throws {Error} if the server itself does not say that so many are online */
export async function demandOnline(api: ApiClient, count: number): Promise<void> {
  const { by_status } = await api.call<FleetSummary>("GET", "/api/fleet/summary");
  if (by_status.online === count) return;
  throw new Error(`the server says ${JSON.stringify(by_status)}, not ${count} online`);
}

/** Opens a page again and again, as somebody who watches would, until `over`. */
async function whileAsking<T>(api: ApiClient, times_ms: number[], over: Promise<T>): Promise<T> {
  let done = false;
  over.finally(() => done = true).catch(() => {});
  do {
    const asked_ms = performance.now();
    const answer = await fetch(`${api.base_url}/hosts`, { headers: { cookie: api.cookie } });
    await answer.text();
    if (answer.status !== 200) throw new Error(`the page answered ${answer.status}`);
    times_ms.push(performance.now() - asked_ms);
    await new Promise((resolve) => setTimeout(resolve, 50));
  } while (!done);
  return await over;
}
