/** @module How much longer a backup takes as a job of the bundled agent than by plain restic. */
import { join } from "node:path";
import type { Job } from "../server/protocol/entities.ts";
import type { Stack as StackType } from "../tests/stack.ts";
import { AGENT_DENO_FLAGS } from "../server/tasks/deno_flags.ts";
import { bundle } from "./bundle.ts";
import type { OverheadOptions } from "./overhead.ts";
import { freshRepository, plainBackup } from "./plain_backup.ts";
import { type Figure, median, skipped } from "./table.ts";

const NAME = "backup through the agent ÷ plain restic";
const BUDGET = 1.02;
const USER = "plain";
const PASSWORD = "bench-password";
const JOB_SECONDS_MAX = 1800;

export type AgentOverheadOptions = Omit<OverheadOptions, "rest_server"> & { project_dir: string };

/** Runs the same backup by a whole stack and by plain restic, in turn; skipped with the reason. */
export async function measureAgentOverhead(options: AgentOverheadOptions): Promise<Figure[]> {
  const figure = { name: NAME, unit: "", budget: BUDGET };
  try {
    const { plain, agent } = await measure(options);
    const gib = (options.data_bytes / 1024 ** 3).toFixed(1);
    const note = `${gib} GiB, job started to finished, median of ${agent.length} in turn: ` +
      `${median(agent).toFixed(2)} s ÷ ${median(plain).toFixed(2)} s`;
    return [{ ...figure, measured: median(agent) / median(plain), note }];
  } catch (error) {
    return [skipped(figure, error)];
  }
}

async function measure(
  options: AgentOverheadOptions,
): Promise<{ plain: number[]; agent: number[] }> {
  const { agent_file } = await bundle(options.project_dir);
  const { Stack } = await import("../tests/stack.ts");
  const stack = await Stack.start({ agent_entry: { file: agent_file, flags: AGENT_DENO_FLAGS } });
  const plain: number[] = [];
  const agent: number[] = [];
  try {
    await stack.storage.setUser(USER, PASSWORD);
    for (let round = 0; round <= options.runs; round++) {
      if (round > 1 && performance.now() > options.until_ms) break;
      // The one that goes first takes turns, so that neither gains by its place.
      const first = round % 2 === 0 ? await plainRound(stack, round, options) : undefined;
      const job = await agentRound(stack, round, options);
      const seconds = first ?? await plainRound(stack, round, options);
      options.log(`round ${round}: plain ${seconds.toFixed(2)} s, agent ${job.toFixed(2)} s`);
      if (round === 0) continue;
      plain.push(seconds);
      agent.push(job);
    }
  } finally {
    await stack.stop();
  }
  return { plain, agent };
}

async function plainRound(
  stack: StackType,
  round: number,
  options: AgentOverheadOptions,
): Promise<number> {
  const name = `round-${round}`;
  const dir = join(options.dir, name);
  const url = `${stack.storage.url}/${USER}/${name}/`;
  const credentials = { rest_username: USER, rest_password: PASSWORD, password: PASSWORD };
  const shared = { program: options.program, repository: { url, ...credentials }, dir };
  await freshRepository(shared);
  const seconds = await plainBackup({ ...shared, source: options.source });
  await Deno.remove(join(stack.dir, "storage", "data", USER, name), { recursive: true });
  await Deno.remove(dir, { recursive: true });
  return seconds;
}

async function agentRound(
  stack: StackType,
  round: number,
  options: AgentOverheadOptions,
): Promise<number> {
  const host = await stack.addHost(`bench-${round}`, [options.source]);
  const made = await stack.runJob(host.id, { kind: "init" });
  if (made.status !== "succeeded") throw new Error(`init: ${made.error ?? made.status}`);
  const { id } = await stack.startJob(host.id, { kind: "backup" });
  const job = await jobEnd(stack, id);
  if (job.status !== "succeeded") throw new Error(`backup: ${job.error ?? job.status}`);
  await host.agent.stop();
  await Deno.remove(join(stack.dir, "storage", "data", host.name), { recursive: true });
  return (Date.parse(job.finished_at ?? "") - Date.parse(job.started_at ?? "")) / 1000;
}

/** Looks once a second: the API answers only so often, and the times are the job's own. */
async function jobEnd(stack: StackType, id: string): Promise<Job> {
  for (let second = 0; second < JOB_SECONDS_MAX; second++) {
    const job = await stack.job(id);
    if (job.finished_at !== null) return job;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  throw new Error(`the backup did not end within ${JOB_SECONDS_MAX} s`);
}
