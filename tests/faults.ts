/** @module Faults that tests cause on purpose, and the material for them. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Job, LogLine, Repository } from "../server/protocol/entities.ts";
import type { Stack, StackHost } from "./stack.ts";

/** Slow enough that 8 MB are under way for half a minute. */
export const SLOW = { limit_upload_kib_per_second: 256 };

/** A folder with one file of random bytes, which cannot be compressed or found in the repository. */
export async function randomFolder(stack: Stack, name: string, bytes: number): Promise<string> {
  const folder = join(stack.dir, name);
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeFile(join(folder, `${crypto.randomUUID()}.bin`), randomBytes(bytes));
  return folder;
}

/** Adds a host over a small folder of its own and makes its repository. */
export async function readyHost(
  stack: Stack,
  name: string,
  paths: string[] = [],
): Promise<StackHost> {
  const own = paths.length > 0 ? paths : [await randomFolder(stack, `source-${name}`, 1000)];
  const host = await stack.addHost(name, own);
  const init = await stack.runJob(host.id, { kind: "init" });
  if (init.status !== "succeeded") throw new Error(`init of ${name}: ${init.error}`);
  return host;
}

/** Locks in the host's repository, as plain restic lists them. */
export async function locks(stack: Stack, host: StackHost): Promise<string[]> {
  const { code, stdout } = await stack.restic(host, "list", "locks");
  if (code !== 0) throw new Error(`restic list locks exited ${code}`);
  return stdout.split("\n").filter((line) => line !== "");
}

/** Starts a job and waits until its restic works in the repository. */
export async function startSlowly(stack: Stack, host: StackHost): Promise<Job> {
  const job = await stack.startJob(host.id, { kind: "backup", bandwidth: SLOW });
  await stack.poll("restic's lock", () => locks(stack, host), (held) => held.length > 0);
  return await stack.poll(
    "the job to run",
    () => stack.job(job.id),
    ({ status }) => status === "running",
  );
}

/** Waits for a job's end. */
export async function ended(stack: Stack, id: string, seconds = 90): Promise<Job> {
  return await stack.poll(
    `job ${id} to end`,
    () => stack.job(id),
    (job) => job.finished_at !== null,
    seconds,
  );
}

/** Waits until the agent's probe of the present credentials has found this. */
export async function probed(
  stack: Stack,
  host: StackHost,
  state: Repository["probe_state"],
): Promise<Repository> {
  return await stack.poll(
    `the probe to find ${state}`,
    () => stack.api.call<Repository>("GET", `/api/hosts/${host.id}/repo`),
    (repository) => repository.probe_state === state,
  );
}

/** The whole log of a job, read page by page. */
export async function logOf(stack: Stack, id: string): Promise<LogLine[]> {
  const all: LogLine[] = [];
  for (;;) {
    const after = all.at(-1)?.seq ?? 0;
    const { lines } = await stack.api.call<{ lines: LogLine[] }>(
      "GET",
      `/api/jobs/${id}/logs?after_seq=${after}&limit=1000`,
    );
    if (lines.length === 0) return all;
    all.push(...lines);
  }
}

/** A real restic that holds the repository alone and stands still. */
export async function holdExclusively(stack: Stack, host: StackHost): Promise<AsyncDisposable> {
  const child = stack.resticCommand(host, "check", "--read-data", "--limit-download", "1").spawn();
  const output = child.output();
  try {
    await stack.poll("restic check's lock", () => locks(stack, host), (held) => held.length > 0);
  } finally {
    child.kill("SIGSTOP");
  }
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGCONT");
      child.kill("SIGINT");
      await output;
    },
  };
}

/** The processes of `restic backup` that run for the agent of this folder. */
export function backupsOf(agent_dir: string): number[] {
  const pids = [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((n) => n > 0);
  return pids.filter((pid) => {
    try {
      const environment = Deno.readTextFileSync(`/proc/${pid}/environ`);
      return environment.includes(`RESTIC_REPOSITORY_FILE=${agent_dir}/`) &&
        Deno.readTextFileSync(`/proc/${pid}/cmdline`).includes("\0backup\0");
    } catch {
      return false; // It has ended.
    }
  });
}
