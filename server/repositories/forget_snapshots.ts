/** @module Forgetting the snapshots of an address that is left. */
import type { Database } from "../db/database.ts";
import type { RepositoriesStore } from "./repositories_store.ts";

const STEP_ROWS = 500;
/** Many times what a step takes, so that others have most of the server's time. */
const REST_MS = 20;

/**
 * In short steps, since hundreds of thousands at once would keep everybody waiting. The few that come
 * meanwhile are to go together with the address. Should the server stop in between, the agent's next
 * listing brings them back.
 */
export async function forgetSnapshots(
  db: Database,
  store: RepositoriesStore,
  repository_id: string,
): Promise<void> {
  while (db.isOpen && db.transaction(() => store.forgetSnapshots(repository_id, STEP_ROWS))) {
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
  }
}
