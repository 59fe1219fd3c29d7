/** @module The server is killed again and again in the middle of its work. */
import type { Chance } from "../long/chance.ts";
import type { Fleet } from "./fleet.ts";
import { Load } from "./load.ts";

const IMPATIENCE_MS = 12_000;
/** Of this many kills one hits the server before it is ready. */
const EARLY_ONE_IN = 8;
/** An agent that was away for long is started again, as its administrator would do. */
const AWAY_KILLS = 4;

export interface KillFigures {
  kills: number;
  early: number;
  jobs_hit: number[];
  backups_hit: number;
  ready_ms: number[];
  unanswered: number;
}

export interface ServerKillOptions {
  count: number;
  /** So much is seen between a start and the next kill, at least and at most. */
  ticks: readonly [number, number];
  chance: Chance;
  say(text: string): unknown;
}

/** Kills and starts the server `count` times under load; ends when the last jobs have ended. */
export async function killServers(
  fleet: Fleet,
  { count, ticks, chance, say }: ServerKillOptions,
): Promise<KillFigures> {
  const { stack, record } = fleet;
  const load = new Load(fleet, chance);
  const working = load.run();
  working.catch(() => {}); // Thrown where it is waited for.
  const figures: KillFigures = {
    ...{ kills: 0, early: 0, jobs_hit: [], backups_hit: 0, ready_ms: [], unanswered: 0 },
  };
  const away = new Map<string, number>();
  while (figures.kills < count) {
    await record.more(chance.between(...ticks), AbortSignal.timeout(IMPATIENCE_MS));
    figures.jobs_hit.push(fleet.fakes.filter((fake) => fake.running).length + backupsOf(fleet));
    figures.backups_hit += backupsOf(fleet) > 0 ? 1 : 0;
    await fleet.killServer();
    figures.kills++;
    if (figures.kills < count && chance.between(1, EARLY_ONE_IN) === 1) {
      await killEarly(fleet, chance);
      figures.kills++;
      figures.early++;
    }
    const began = performance.now();
    await stack.startServer();
    figures.ready_ms.push(performance.now() - began);
    await wakeReal(fleet, away);
    if (figures.kills % 20 === 0) {
      say(`${figures.kills} kills, ${record.history.accepted.length} jobs`);
    }
  }
  load.finish();
  // Agents that were cut off so often wait up to a minute before they try again.
  await working;
  figures.unanswered = load.unanswered;
  return figures;
}

function backupsOf(fleet: Fleet): number {
  return fleet.real.filter((one) => one.backups().length > 0).length;
}

/** Starts the server and kills it before it is ready, after a random share of the work of a start. */
async function killEarly(fleet: Fleet, chance: Chance): Promise<void> {
  const { stack } = fleet;
  const starting = stack.startServer().then(() => "ready" as const, () => "killed" as const);
  const wanted = chance.between(1, 50);
  const data_dir = stack.server.data_dir;
  const pid = await stack.poll(
    "the server's process",
    () => processOf(data_dir),
    (id) => id > 0,
    10,
  );
  for (;;) {
    const ready = await Promise.race([starting, nextTurn()]);
    if (ready !== undefined || ticksOf(pid) >= wanted) break;
  }
  Deno.kill(pid, "SIGKILL");
  await starting;
  await stack.server.kill();
  await fleet.lookAtCrash([]);
}

/** Restarts a real agent that has been waiting to connect since several kills; never while it works. */
async function wakeReal(fleet: Fleet, away: Map<string, number>): Promise<void> {
  for (const one of fleet.real) {
    const kills = one.isCutOff && one.backups().length === 0 ? (away.get(one.id) ?? 0) + 1 : 0;
    away.set(one.id, kills % AWAY_KILLS);
    if (kills < AWAY_KILLS) continue;
    await one.host.agent.kill();
    one.host.agent.start();
  }
}

function processOf(data_dir: string): number {
  for (const { name } of Deno.readDirSync("/proc")) {
    const pid = Number(name);
    if (!(pid > 0)) continue;
    try {
      const environment = Deno.readTextFileSync(`/proc/${pid}/environ`).split("\0");
      if (environment.includes(`RM_DATA_DIR=${data_dir}`)) return pid;
    } catch {
      // It has ended, or is another user's.
    }
  }
  return 0;
}

/** The processor time of a process, in hundredths of a second. */
function ticksOf(pid: number): number {
  try {
    const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/^.*\) /, "").split(" ");
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return Infinity; // It has ended.
  }
}

function nextTurn(): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), 2));
}
