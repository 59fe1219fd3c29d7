/**
 * @module After an agent that was killed: its restic is ended, its files (they hold secrets) are
 * removed, and its lock is cleared, so that the next job finds the repository as it should be.
 */
import type { Admission } from "./admission.ts";
import { messageOf } from "./errors.ts";
import type { AgentLog } from "./log.ts";
import type { LeftRuns } from "./restic/left_runs.ts";
import type { ResticAccess } from "./restic_access.ts";
import type { Settings } from "./settings.ts";

/** A restic without its agent cannot finish: nobody would hear of its snapshot. */
const PATIENCE_SECONDS = 30;

export interface ClearUpOptions {
  left: LeftRuns;
  settings: Settings;
  restic: ResticAccess;
  log: AgentLog;
  admission: Pick<Admission, "wait">;
}

/** Makes the function that clears up once; it never throws: the next job tells what is wrong. */
export function clearUpAfter(
  { left, settings, restic, log, admission }: ClearUpOptions,
): (options: { was_interrupted: boolean; signal: AbortSignal }) => Promise<void> {
  return async function clearUp({ was_interrupted, signal }) {
    try {
      if (left.count > 0) log.warn("clearing up after an agent that was killed");
      await left.end({ patience_seconds: PATIENCE_SECONDS });
      await admission.wait(signal);
      if (signal.aborted) return;
      const repository = settings.withRepository;
      if (repository === undefined || !(was_interrupted || left.count > 0)) return;
      const program = await restic.find();
      if ("error" in program) return;
      const problem = await restic.open(program, repository).removeStaleLocks(signal);
      if (problem !== null) log.warn(`a lock may be left in the repository: ${problem}`);
    } catch (error) {
      log.error(`cannot clear up after the agent that was killed: ${messageOf(error)}`);
    }
  };
}
