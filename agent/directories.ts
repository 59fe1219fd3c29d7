/** @module Where the agent's files are. */
import { join, resolve } from "node:path";

export interface Directories {
  /** agent.yaml */
  config_dir: string;
  /** secrets.enc, state.db, the lock, restic's cache and working files */
  state_dir: string;
}

/** From the flags, else RM_AGENT_CONFIG_DIR and RM_AGENT_STATE_DIR, else the system's places. */
export function findDirectories(flags: Partial<Directories>): Directories {
  const windows = Deno.build.os === "windows";
  const program_data = join(Deno.env.get("ProgramData") ?? "C:\\ProgramData", "restic-manager");
  return {
    config_dir: resolve(
      flags.config_dir ?? Deno.env.get("RM_AGENT_CONFIG_DIR") ??
        (windows ? program_data : "/etc/restic-manager"),
    ),
    // restic runs in another folder: a relative path would mean something else to it.
    state_dir: resolve(
      flags.state_dir ?? Deno.env.get("RM_AGENT_STATE_DIR") ??
        (windows ? join(program_data, "state") : "/var/lib/restic-manager"),
    ),
  };
}
