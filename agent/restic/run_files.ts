/** @module The 0600 files of one run of restic, in a folder of their own that goes with it. */
import type { SecretFiles } from "./environment.ts";

/** How the folder of a run begins. */
export const RUN_FOLDER_PREFIX = "restic-run-";

/** Holds the process id of the run's restic. */
export const PROCESS_FILE = "pid";

/** The files of one run. Call `remove` when restic has ended. */
export interface RunFiles {
  repository: string;
  password: string;
  /** What `--files-from-raw` reads. */
  paths: string;
  /** Where restic puts its packs together. */
  temporary: string;
  /** Notes who uses them, for an agent that comes after one that was killed. */
  noteProcess(pid: number): void;
  remove(): Promise<void>;
}

/** Writes the secrets and the paths of one run below `work_dir`, readable by this user only. */
export async function writeRunFiles(
  work_dir: string,
  contents: SecretFiles & { paths: Uint8Array },
): Promise<RunFiles> {
  await Deno.mkdir(work_dir, { recursive: true, mode: 0o700 });
  const folder = await Deno.makeTempDir({ dir: work_dir, prefix: RUN_FOLDER_PREFIX });
  const files: RunFiles = {
    repository: `${folder}/repository`,
    password: `${folder}/password`,
    paths: `${folder}/paths`,
    temporary: `${folder}/temporary`,
    noteProcess: (pid) =>
      Deno.writeTextFileSync(`${folder}/${PROCESS_FILE}`, `${pid}\n`, { mode: 0o600 }),
    remove: () => Deno.remove(folder, { recursive: true }),
  };
  try {
    const options = { mode: 0o600, createNew: true };
    await Deno.writeTextFile(files.repository, contents.repository, options);
    await Deno.writeTextFile(files.password, contents.password, options);
    await Deno.writeFile(files.paths, contents.paths, options);
    await Deno.mkdir(files.temporary, { mode: 0o700 });
  } catch (error) {
    await files.remove();
    throw error;
  }
  return files;
}
