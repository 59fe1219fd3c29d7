/**
 * @module What an agent that was killed has left: restics without an owner, and their files. A restic
 * is ours if its environment names a file of our own working folder, so that no process id has to be
 * kept, and none that was given to another program since is ever touched. Linux only: elsewhere
 * nothing is found.
 */
import { RUN_FOLDER_PREFIX } from "./run_files.ts";

const LOOK_AGAIN_MS = 50;
const KILLED_WAIT_MS = 5000;

/** What was there when the agent started. */
export interface LeftRuns {
  readonly process_count: number;
  /** Sends SIGINT (restic then removes its lock), SIGKILL after the patience, and removes the files. */
  end(options: { patience_seconds: number }): Promise<void>;
}

/** Looks for runs of an earlier agent. Call it before this one runs restic. */
export async function findLeftRuns(work_dir: string): Promise<LeftRuns> {
  const folders = await leftFolders(work_dir);
  const pids = await leftProcesses(work_dir);
  return {
    process_count: pids.length,
    async end({ patience_seconds }) {
      await Promise.all(pids.map((pid) => endProcess(pid, work_dir, patience_seconds * 1000)));
      for (const folder of folders) await Deno.remove(folder, { recursive: true });
    },
  };
}

async function leftFolders(work_dir: string): Promise<string[]> {
  const folders: string[] = [];
  try {
    for await (const entry of Deno.readDir(work_dir)) {
      if (entry.isDirectory && entry.name.startsWith(RUN_FOLDER_PREFIX)) {
        folders.push(`${work_dir}/${entry.name}`);
      }
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return folders;
}

async function leftProcesses(work_dir: string): Promise<number[]> {
  if (Deno.build.os !== "linux") return [];
  const pids: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (/^\d+$/.test(name) && await isOurs(Number(name), work_dir)) pids.push(Number(name));
  }
  return pids;
}

async function isOurs(pid: number, work_dir: string): Promise<boolean> {
  const variable = `RESTIC_REPOSITORY_FILE=${work_dir}/${RUN_FOLDER_PREFIX}`;
  const environment = await environmentOf(pid);
  return environment?.split("\0").some((one) => one.startsWith(variable)) ?? false;
}

/** Empty for a process that has ended and was not yet reaped; undefined if there is none of ours. */
async function environmentOf(pid: number): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(`/proc/${pid}/environ`);
  } catch {
    return undefined; // It is gone, or another user's.
  }
}

async function endProcess(pid: number, work_dir: string, patience_ms: number): Promise<void> {
  if (await isOurs(pid, work_dir)) send(pid, "SIGINT");
  if (await hasEnded(pid, work_dir, patience_ms)) return;
  if (await isOurs(pid, work_dir)) send(pid, "SIGKILL");
  // One that a dead disk holds in the kernel does not even die of that.
  await hasEnded(pid, work_dir, KILLED_WAIT_MS);
}

async function hasEnded(pid: number, work_dir: string, within_ms: number): Promise<boolean> {
  const until_ms = performance.now() + within_ms;
  // While its process id is not free, restic's unlock takes it for alive and keeps its lock.
  while (await environmentOf(pid) === "" || await isOurs(pid, work_dir)) {
    if (performance.now() >= until_ms) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  return true;
}

function send(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error; // It has ended meanwhile.
  }
}
