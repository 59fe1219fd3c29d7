/** @module The yardstick: restic by itself, on a repository that was just made. */
import { join } from "node:path";
import { type RepositoryAccess, Restic, type ResticProgram } from "../agent/restic/restic.ts";

export interface PlainOptions {
  program: ResticProgram;
  repository: RepositoryAccess;
  /** Holds the cache of this repository. */
  dir: string;
}

/** Makes the repository. @throws {Error} with the reason if it could not */
export async function freshRepository(options: PlainOptions): Promise<Restic> {
  const restic = new Restic({
    program: options.program,
    access: options.repository,
    cache_dir: join(options.dir, "cache"),
    work_dir: join(options.dir, "work"),
    reach_deadline_seconds: 60,
  });
  const made = await restic.init({ signal: new AbortController().signal, onEvent() {} });
  if (made.error !== null) throw new Error(made.error);
  return restic;
}

/** Seconds of `restic backup --json`, its output thrown away. @throws {Error} if it fails */
export async function plainBackup(options: PlainOptions & { source: string }): Promise<number> {
  const { repository } = options;
  const command = new Deno.Command(options.program.path, {
    args: ["backup", "--json", options.source],
    clearEnv: true,
    env: {
      RESTIC_REPOSITORY: `rest:${repository.url}`,
      RESTIC_REST_USERNAME: repository.rest_username ?? "",
      RESTIC_REST_PASSWORD: repository.rest_password ?? "",
      RESTIC_PASSWORD: repository.password,
      RESTIC_CACHE_DIR: join(options.dir, "cache"),
    },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  const started = performance.now();
  const { success } = await command.output();
  if (!success) throw new Error("The plain restic failed.");
  return (performance.now() - started) / 1000;
}
