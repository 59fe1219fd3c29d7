/** @module What one check leaves behind: its figures, and the cache of one that was killed. */
import type { JobStats } from "../../server/protocol/entities.ts";
import type { Run } from "./run.ts";

/** The figures of a check; null if it did not get that far. */
export function statsOfCheck({ counted, findings }: Run): JobStats | null {
  const error_count = findings.check?.error_count;
  const stats = { ...counted, ...(error_count === undefined ? {} : { error_count }) };
  return Object.keys(stats).length === 0 ? null : stats;
}

/** Removes the caches of checks that were killed. Never throws: the next check tries again. */
export async function removeCheckCaches(cache_dir: string): Promise<void> {
  try {
    for await (const { name } of Deno.readDir(cache_dir)) {
      if (!name.startsWith("restic-check-cache-")) continue;
      await Deno.remove(`${cache_dir}/${name}`, { recursive: true });
    }
  } catch {
    // They cost room on the disk, no more.
  }
}
