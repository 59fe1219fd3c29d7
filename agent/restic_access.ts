/** @module The way from the agent's settings to a restic that is ready to run. */
import { join } from "node:path";
import { findRestic } from "./restic/find.ts";
import { Restic, type ResticProgram } from "./restic/restic.ts";
import type { RepositorySettings } from "./settings.ts";

/** What the agent uses of restic's door. */
export type ResticOperations = Pick<
  Restic,
  | "init"
  | "backup"
  | "check"
  | "unlock"
  | "locks"
  | "snapshots"
  | "stats"
  | "probe"
  | "removeStaleLocks"
>;

export type FoundRestic = ResticProgram | { error: string };

/** Finds restic and opens a repository with it; tests give their own. */
export interface ResticAccess {
  find(): Promise<FoundRestic>;
  open(program: ResticProgram, settings: RepositorySettings): ResticOperations;
}

/** The real one: restic is looked for again whenever its file changed, or was missing or too old. */
export function resticAccess(
  options: { configured_path: string | null; state_dir: string },
): ResticAccess {
  let found: { program: FoundRestic; stamp: string } | undefined;
  return {
    async find() {
      if (found !== undefined && await stampOf(found.program) === found.stamp) return found.program;
      const program = await findRestic(options);
      const stamp = await stampOf(program);
      found = stamp === undefined ? undefined : { program, stamp };
      return program;
    },
    open(program, settings) {
      const { url, rest_username, rest_password, password } = settings.repository;
      return new Restic({
        program,
        access: { url, rest_username, rest_password, password },
        cache_dir: join(options.state_dir, "cache"),
        work_dir: workFolder(options.state_dir),
        reach_deadline_seconds: settings.reach_deadline_seconds,
        stall_after_seconds: settings.stalled_after_seconds,
      });
    },
  };
}

/** Where the files of restic's runs are. */
export function workFolder(state_dir: string): string {
  return join(state_dir, "work");
}

/** Changes when the program is upgraded; undefined when it is missing or too old. */
async function stampOf(program: FoundRestic): Promise<string | undefined> {
  // A newer one may be put elsewhere, and the old one stay.
  if ("error" in program || program.below_floor) return undefined;
  try {
    const { mtime, size } = await Deno.stat(program.path);
    return `${mtime?.getTime()} ${size}`;
  } catch {
    return undefined; // Removed: it is looked for again.
  }
}
