/** @module `audit verify [FILE]`: reckons the audit chain anew, beside a running server or on a copy. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Audit } from "./audit/audit.ts";
import { SYSTEM } from "./auth/permissions.ts";
import { systemClock } from "./clock.ts";
import { loadConfig } from "./config.ts";
import { Database } from "./db/database.ts";
import { StartError } from "./start_error.ts";

/** What to print and the exit code: 0 the chain holds, 1 it does not. */
export interface Verdict {
  code: 0 | 1;
  text: string;
}

/** True if the program was called for this and not to serve. */
export function isAuditCommand(args: readonly string[]): boolean {
  return args[0] === "audit";
}

/** @throws {StartError} if the arguments, the settings or the database cannot be read */
export function runAuditCommand(
  { env, args }: { env: Record<string, string | undefined>; args: readonly string[] },
): Verdict {
  const [, verb, ...rest] = args;
  if (verb !== "verify") throw new StartError('After "audit" only "verify [FILE]" is known');
  const is_file = rest.length === 1 && !rest[0]!.startsWith("-");
  const path = is_file
    ? rest[0]!
    : join(loadConfig({ env, args: rest }).data_dir, "restic-manager.db");
  return verify(path);
}

function verify(path: string): Verdict {
  const db = openToRead(path);
  try {
    const audit = new Audit(db, systemClock());
    // Taken first: what a running server adds meanwhile is checked too, and not promised.
    const [head] = audit.list(SYSTEM, { limit: 1 }).items;
    const bad = audit.verify();
    if (bad !== undefined) {
      return { code: 1, text: `The audit log does not hold at row ${bad.bad_seq}: ${bad.reason}` };
    }
    if (head === undefined) return { code: 0, text: "The audit log is empty" };
    return {
      code: 0,
      text: `The audit log holds: ${head.seq} rows, the last with the hash ${head.hash}`,
    };
  } catch (error) {
    throw new StartError(`${path} cannot be read as a database of this program`, { cause: error });
  } finally {
    db.close();
  }
}

function openToRead(path: string): Database {
  try {
    return new Database(new DatabaseSync(path, { readOnly: true }));
  } catch (error) {
    throw new StartError(
      `The database ${path} cannot be opened: name the file, or set RM_DATA_DIR as for the server`,
      { cause: error },
    );
  }
}
