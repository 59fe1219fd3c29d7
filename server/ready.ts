/** @module Whether the server can do its work. */
import type { Services } from "./services.ts";

/** True if the database answers. */
export function isReady({ db, log }: Pick<Services, "db" | "log">): boolean {
  try {
    return db.prepare("SELECT 1 AS one").get()?.["one"] === 1;
  } catch (error) {
    log.error("the database does not answer", { error });
    return false;
  }
}
