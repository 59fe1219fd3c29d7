/** @module One server per data dir. The kernel holds the lock, so a crash frees it. */
import { join } from "node:path";
import { StartError } from "./start_error.ts";

/** Held until it is released or the process ends. */
export class DataDirLock {
  readonly #file: Deno.FsFile;
  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /** @throws {StartError} naming the process that has the data dir already */
  static acquire(data_dir: string): DataDirLock {
    const file = open(join(data_dir, "server.lock"));
    if (!file.tryLockSync(true)) {
      file.close();
      throw new StartError(
        `Another server${ownerOf(data_dir)} uses the data dir ${data_dir}: ` +
          "stop it first, or give this one a data dir of its own",
      );
    }
    // A file of its own: Windows does not let others read a locked one.
    Deno.writeTextFileSync(pidPath(data_dir), `${Deno.pid}\n`, { mode: 0o600 });
    return new DataDirLock(file);
  }

  release(): void {
    this.#file.close();
  }
}

function open(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { create: true, write: true, mode: 0o600 });
  } catch (error) {
    throw new StartError(
      `Cannot open the lock file ${path}: give it to the user that the server runs as`,
      { cause: error },
    );
  }
}

function ownerOf(data_dir: string): string {
  try {
    const pid = Deno.readTextFileSync(pidPath(data_dir)).trim();
    return /^\d+$/.test(pid) ? ` (process ${pid})` : "";
  } catch {
    return ""; // Between taking the lock and writing the file.
  }
}

const pidPath = (data_dir: string) => join(data_dir, "server.pid");
