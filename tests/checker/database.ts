/** @module The database as a crash left it, looked at in a copy: the server must find it untouched. */
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";

const NAME = "restic-manager.db";

/** What a crash left that must not be; empty if all is well. `highest` has the reports acknowledged so far. */
export async function afterCrash(
  data_dir: string,
  scratch_dir: string,
  highest: Iterable<{ host_id: string; run_id: string; seq: number }>,
): Promise<string[]> {
  const copy = join(scratch_dir, "after-crash.db");
  for (const suffix of ["", "-wal"]) {
    await copyIfThere(join(data_dir, NAME) + suffix, copy + suffix);
  }
  await Deno.remove(`${copy}-shm`).catch(() => {});
  const db = new DatabaseSync(copy);
  try {
    return [...problems(db, highest)];
  } finally {
    db.close();
  }
}

function* problems(
  db: DatabaseSync,
  highest: Iterable<{ host_id: string; run_id: string; seq: number }>,
): Iterable<string> {
  for (const { integrity_check } of db.prepare("PRAGMA integrity_check").all()) {
    if (integrity_check !== "ok") yield `integrity_check: ${integrity_check}`;
  }
  for (const row of db.prepare("PRAGMA foreign_key_check").all()) {
    yield `foreign_key_check: ${JSON.stringify(row)}`;
  }
  const mark = db.prepare("SELECT last_seq FROM agent_runs WHERE host_id = ? AND run_id = ?");
  for (const { host_id, run_id, seq } of highest) {
    const last_seq = Number(mark.get(host_id, run_id)?.["last_seq"] ?? 0);
    if (last_seq < seq) {
      yield `report ${seq} of ${host_id} was acknowledged, the database has ${last_seq}`;
    }
  }
}

async function copyIfThere(from: string, to: string): Promise<void> {
  try {
    await Deno.copyFile(from, to);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    await Deno.remove(to).catch(() => {});
  }
}
