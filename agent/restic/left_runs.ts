/**
 * @module What an agent that was killed has left: restics without an owner, and their files. A run's
 * folder holds the process id, and the environment of that process must name the folder: a process
 * that was given the id since is never touched. On Linux only; elsewhere just the files are found.
 */
import { PROCESS_FILE, RUN_FOLDER_PREFIX } from "./run_files.ts";

const LOOK_AGAIN_MS = 50;
const KILLED_WAIT_MS = 5000;

/** What was there when the agent started. */
export interface LeftRuns {
  readonly count: number;
  /** Sends SIGINT (restic then removes its lock), SIGKILL after the patience, and removes the files. */
  end(options: { patience_seconds: number }): Promise<void>;
}

/** Looks for runs of an earlier agent. Call it before this one runs restic. */
export async function findLeftRuns(work_dir: string): Promise<LeftRuns> {
  const folders = await leftFolders(work_dir);
  return {
    count: folders.length,
    async end({ patience_seconds }) {
      await Promise.all(folders.map(async (folder) => {
        await endProcess(folder, patience_seconds * 1000);
        await Deno.remove(folder, { recursive: true });
      }));
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

async function endProcess(folder: string, patience_ms: number): Promise<void> {
  const pid = Number(await readOr(`${folder}/${PROCESS_FILE}`, ""));
  if (!Number.isSafeInteger(pid) || pid <= 1) return;
  if (await stateOf(pid, folder) === "running") send(pid, "SIGINT");
  if (await isGone(pid, folder, patience_ms)) return;
  if (await stateOf(pid, folder) === "running") send(pid, "SIGKILL");
  // One that a dead disk holds in the kernel does not even die of that.
  await isGone(pid, folder, KILLED_WAIT_MS);
}

async function isGone(pid: number, folder: string, within_ms: number): Promise<boolean> {
  const until_ms = performance.now() + within_ms;
  while (await stateOf(pid, folder) !== "gone") {
    if (performance.now() >= until_ms) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  return true;
}

/**
 * Whether the run's restic still has this process id. One that has ended and was not yet reaped has
 * no environment; restic's unlock takes it for alive and keeps its lock.
 */
async function stateOf(pid: number, folder: string): Promise<"running" | "ended" | "gone"> {
  const environment = await readOr(`/proc/${pid}/environ`, "");
  const variables = environment.split("\0");
  if (variables.includes(`RESTIC_REPOSITORY_FILE=${folder}/repository`)) return "running";
  if (environment !== "") return "gone";
  // Zombie, or on the way there; a kernel thread that has the process id now is neither.
  return /\) [RXZ] /.test(await readOr(`/proc/${pid}/stat`, "")) ? "ended" : "gone";
}

async function readOr(path: string, otherwise: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    return otherwise; // It is not there, or another user's.
  }
}

function send(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error; // It has ended meanwhile.
  }
}
