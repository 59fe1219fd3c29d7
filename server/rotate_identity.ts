/** @module `identity rotate`: gives a stopped server a new key, signed by its old one. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Audit } from "./audit/audit.ts";
import { SYSTEM } from "./auth/permissions.ts";
import { systemClock } from "./clock.ts";
import type { Config } from "./config.ts";
import { DataDirLock } from "./data_dir_lock.ts";
import { openDatabase } from "./db/open.ts";
import { createLog } from "./log.ts";
import { KEY_CHANGES_MAX } from "./protocol/server_messages.ts";
import { StartError } from "./start_error.ts";
import { changeIdentity, loadIdentity } from "./secrets/identity.ts";

/**
 * Makes the new key, writes down the signed change and audits it; answers both fingerprints.
 * @throws {StartError} if the server runs, or there is nothing to change
 */
export async function rotateIdentity(config: Config): Promise<{ old: string; new: string }> {
  const lock = DataDirLock.acquire(config.data_dir);
  try {
    const db_path = join(config.data_dir, "restic-manager.db");
    if (!existsSync(db_path)) {
      throw new StartError(
        `There is no server in ${config.data_dir}: its key is made at its start`,
      );
    }
    const before = await loadIdentity(config.data_dir, false);
    if (before.key_changes.length >= KEY_CHANGES_MAX) {
      throw new StartError(`The key was changed ${KEY_CHANGES_MAX} times already: that is all`);
    }
    const clock = systemClock();
    const db = openDatabase(db_path, { clock, log: createLog(config.log_level) });
    try {
      const after = await changeIdentity(config.data_dir, before, clock.now_ms());
      db.transaction(() =>
        new Audit(db, clock).record(SYSTEM, {
          action: "identity.rotate",
          target_kind: "server",
          target_id: null,
          payload: { old: before.fingerprint, new: after.fingerprint },
        })
      );
      return { old: before.fingerprint, new: after.fingerprint };
    } finally {
      db.close();
    }
  } finally {
    lock.release();
  }
}
