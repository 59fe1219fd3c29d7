/** @module How many statements a piece of work runs. */
import type { Database } from "../server/db/database.ts";

/** Every prepared statement of this process that runs while `work` does is counted. */
export async function countStatements(db: Database, work: () => Promise<void>): Promise<number> {
  let count = 0;
  const proto = Object.getPrototypeOf(db.prepare("SELECT 1"));
  const original = { all: proto.all, get: proto.get, run: proto.run };
  for (const name of ["all", "get", "run"] as const) {
    proto[name] = function (...args: unknown[]) {
      count++;
      return original[name].apply(this, args);
    };
  }
  try {
    await work();
  } finally {
    Object.assign(proto, original);
  }
  return count;
}
