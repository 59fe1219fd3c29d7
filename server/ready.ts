/** @module Whether the server can do its work. */
import type { Services } from "./services.ts";

/** What keeps the server from its work, in a few words; undefined if nothing does. */
export function whyNotReady(
  { db, disk, log }: Pick<Services, "db" | "disk" | "log">,
): string | undefined {
  try {
    db.prepare("SELECT 1 AS one").get();
  } catch (error) {
    log.error("the database does not answer", { error });
    return "the database does not answer";
  }
  switch (disk.state().kind) {
    case "full":
      return "the server's disk is full";
    case "broken":
      return "the server's disk takes no writes";
    default:
      return undefined;
  }
}
