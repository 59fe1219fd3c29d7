/** @module The 0600 files of one run of restic, in a folder of their own that goes with it. */
import type { SecretFiles } from "./environment.ts";

const PREFIX = "restic-run-";

/** The files of one run. Call `remove` when restic has ended. */
export interface RunFiles {
  repository: string;
  password: string;
  /** What `--files-from-raw` reads. */
  paths: string;
  remove(): Promise<void>;
}

/** Writes the secrets and the paths of one run below `work_dir`, readable by this user only. */
export async function writeRunFiles(
  work_dir: string,
  contents: SecretFiles & { paths: Uint8Array },
): Promise<RunFiles> {
  await Deno.mkdir(work_dir, { recursive: true, mode: 0o700 });
  const folder = await Deno.makeTempDir({ dir: work_dir, prefix: PREFIX });
  const files: RunFiles = {
    repository: `${folder}/repository`,
    password: `${folder}/password`,
    paths: `${folder}/paths`,
    remove: () => Deno.remove(folder, { recursive: true }),
  };
  try {
    const options = { mode: 0o600, createNew: true };
    await Deno.writeTextFile(files.repository, contents.repository, options);
    await Deno.writeTextFile(files.password, contents.password, options);
    await Deno.writeFile(files.paths, contents.paths, options);
  } catch (error) {
    await files.remove();
    throw error;
  }
  return files;
}

/** Removes what runs of an agent that was killed have left. Call it at start, before any run. */
export async function removeLeftRunFiles(work_dir: string): Promise<void> {
  try {
    for await (const entry of Deno.readDir(work_dir)) {
      if (!entry.isDirectory || !entry.name.startsWith(PREFIX)) continue;
      await Deno.remove(`${work_dir}/${entry.name}`, { recursive: true });
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
