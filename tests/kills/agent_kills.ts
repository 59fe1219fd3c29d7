/** @module Agents, restics and both at once are killed in the middle of real backups. */
import type { Job } from "../../server/protocol/entities.ts";
import { poll } from "../stack.ts";
import type { Chance } from "../long/chance.ts";
import type { Fleet } from "./fleet.ts";
import type { RealHost } from "./real_host.ts";

const UPLOAD_KIB_PER_SECOND = 400;
const FILE_BYTES = [800_000, 2_000_000] as const;
/** What comes next has no limit: it shows that the host is as before. */
const UNLIMITED_KIB_PER_SECOND = 100_000;
const LOOK_MS = 20;

/** Who is hit: the agent, restic alone, both as when a service is killed whole; or held and let go. */
export type Victim = "agent" | "restic" | "both" | "held";

export interface AgentKillFigures {
  by_victim: Record<Victim, number>;
  /** Kills that found the backup's process. */
  in_backup: number;
  /** From the agent's return to the end of the job, of agents that were killed. */
  ended_ms: number[];
  ends: string[];
  next_succeeded: number;
}

/** Hits the hosts in turn, each with its own backup, and looks at what follows. */
export async function killAgents(
  fleet: Fleet,
  { victims, chance }: { victims: Victim[]; chance: Chance },
): Promise<AgentKillFigures> {
  const figures: AgentKillFigures = {
    by_victim: { agent: 0, restic: 0, both: 0, held: 0 },
    ...{ in_backup: 0, ended_ms: [], ends: [], next_succeeded: 0 },
  };
  const left = chance.shuffled(victims).values();
  await Promise.all(fleet.real.map(async (one) => {
    for (const victim of left) {
      figures.by_victim[victim]++;
      await hit(fleet, one, { victim, chance, figures });
      const next = await runBackup(fleet, one, 100_000, UNLIMITED_KIB_PER_SECOND);
      if (next.status === "succeeded") figures.next_succeeded++;
      else figures.ends.push(`next after ${victim}: ${next.status} ${next.error}`);
    }
  }));
  return figures;
}

async function hit(
  fleet: Fleet,
  one: RealHost,
  { victim, chance, figures }: { victim: Victim; chance: Chance; figures: AgentKillFigures },
): Promise<void> {
  const bytes = chance.between(...FILE_BYTES);
  const { tag, job, followed } = await startBackup(fleet, one, bytes, UPLOAD_KIB_PER_SECOND);
  const [pid] = await poll("restic to begin", () => one.backups(), (pids) => pids.length > 0);
  // Before, during and after the data: what it has written says how far it is.
  const wanted = chance.between(0, Math.round(bytes * 1.1));
  while (writtenBy(pid!) < wanted) await wait(LOOK_MS);
  if (one.backups().length > 0) figures.in_backup++;
  const { agent } = one.host;
  if (victim === "held") {
    Deno.kill(agent.pid, "SIGSTOP");
    await fleet.record.more(chance.between(2, 12), AbortSignal.timeout(4000));
    Deno.kill(agent.pid, "SIGCONT");
  } else {
    if (victim !== "agent") one.backups().forEach(killIfThere);
    if (victim !== "restic") {
      await agent.kill();
      // Half of the agents are missed for a while before they return.
      if (chance.between(0, 1) === 1) {
        await fleet.record.more(chance.between(1, 8), AbortSignal.timeout(3000));
      }
      agent.start();
    }
  }
  const began = performance.now();
  await followed;
  if (victim === "agent" || victim === "both") figures.ended_ms.push(performance.now() - began);
  const { status, error_class } = await fleet.stack.job(job.id);
  figures.ends.push(`${victim}: ${status}${error_class === null ? "" : ` (${error_class})`}`);
  await one.forget(tag);
}

async function runBackup(
  fleet: Fleet,
  one: RealHost,
  bytes: number,
  kib_per_second: number,
): Promise<Job> {
  const { tag, job, followed } = await startBackup(fleet, one, bytes, kib_per_second);
  await followed;
  await one.forget(tag);
  return await fleet.stack.job(job.id);
}

async function startBackup(
  fleet: Fleet,
  one: RealHost,
  bytes: number,
  kib_per_second: number,
): Promise<{ tag: string; job: Job; followed: Promise<void> }> {
  const { record, stack } = fleet;
  const { tag, body } = await one.nextBackup(bytes, kib_per_second);
  const asked = record.tick();
  const job = await stack.startJob(one.id, body);
  record.history.accepted.push({ job_id: job.id, host_id: one.id, asked });
  return { tag, job, followed: fleet.follow(job.id) };
}

/** Bytes that a process has handed to write(2) and its like; Infinity once it is gone. */
function writtenBy(pid: number): number {
  try {
    return Number(/^wchar: (\d+)$/m.exec(Deno.readTextFileSync(`/proc/${pid}/io`))?.[1]);
  } catch {
    return Infinity;
  }
}

function killIfThere(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error; // It has ended by itself.
  }
}

function wait(duration_ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, duration_ms));
}
