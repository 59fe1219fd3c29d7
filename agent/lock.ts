/** @module One agent per state folder. The kernel holds the lock, so a crash frees it. */
import { join } from "node:path";
import { AgentError } from "./errors.ts";

/** Held until it is released or the process ends. */
export class AgentLock {
  readonly #file: Deno.FsFile;
  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /** @throws {AgentError} already_running, naming the other's process id */
  static async acquire(state_dir: string): Promise<AgentLock> {
    const file = await open(state_dir);
    if (!await file.tryLock(true)) {
      file.close();
      const pid = await readPid(state_dir);
      throw new AgentError(
        "already_running",
        `another agent is running${pid === undefined ? "" : ` with process id ${pid}`}`,
        "stop it first, as with: systemctl stop restic-manager-agent",
      );
    }
    try {
      // A file of its own: Windows does not let others read a locked one.
      await Deno.writeTextFile(pidPath(state_dir), `${Deno.pid}\n`, { mode: 0o600 });
    } catch (error) {
      file.close();
      throw error;
    }
    return new AgentLock(file);
  }

  release(): void {
    this.#file.close();
  }
}

/** The process id of the agent that holds the lock; undefined if none does. */
export async function runningAgent(state_dir: string): Promise<number | undefined> {
  try {
    using file = await open(state_dir);
    if (await file.tryLock(true)) return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  return await readPid(state_dir) ?? 0;
}

function open(state_dir: string): Promise<Deno.FsFile> {
  const path = join(state_dir, "agent.lock");
  return Deno.open(path, { create: true, write: true, read: true, mode: 0o600 });
}

const pidPath = (state_dir: string) => join(state_dir, "agent.pid");

async function readPid(state_dir: string): Promise<number | undefined> {
  try {
    const pid = Number((await Deno.readTextFile(pidPath(state_dir))).trim());
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined; // Between taking the lock and writing the file.
  }
}
