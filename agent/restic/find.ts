/** @module Where restic is: the configured path, then PATH, then `<state dir>/bin`. */
import type { ResticProgram } from "./restic.ts";

/** The program and its version, or why there is none (one sentence with what to do). */
export function findRestic(
  _options: { configured_path: string | null; state_dir: string },
): Promise<ResticProgram | { error: string }> {
  throw new Error("not written yet");
}
