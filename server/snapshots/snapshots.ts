/** @module The cached snapshot lists, as agents report them. Each listing replaces the one before. */
import { type Actor, demand, SYSTEM } from "../auth/permissions.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { ChangeFeed } from "../ports.ts";
import type { SnapshotsReport } from "../protocol/agent_messages.ts";
import type { Snapshot } from "../protocol/entities.ts";
import type { ListSnapshotsQuery } from "../protocol/rest.ts";
import type { Repositories } from "../repositories/repositories.ts";
import { SnapshotsStore } from "./snapshots_store.ts";

export interface SnapshotsDeps {
  db: Database;
  clock: Clock;
  repositories: Repositories;
  changes: ChangeFeed;
}

export class Snapshots {
  readonly #deps: SnapshotsDeps;
  readonly #store: SnapshotsStore;

  constructor(deps: SnapshotsDeps) {
    this.#deps = deps;
    this.#store = new SnapshotsStore(deps.db);
  }

  /** Stores one page; once all are there they replace the host's list in one transaction. */
  applyPage(host_id: string, report: SnapshotsReport): void {
    const { db, repositories, changes } = this.#deps;
    const { listing_id, page, pages, snapshots } = report;
    if (page > pages) return; // A page outside its own listing is no part of it.
    const repository = repositories.forHost(SYSTEM, host_id);
    if (repository === undefined) return;
    db.transaction(() => {
      const listing = { host_id, listing_id };
      this.#store.putPage(listing, page, snapshots);
      if (this.#store.countPages(listing, pages) < pages) return;
      const count = this.#store.replace(listing, repository.id);
      if (count > 0) repositories.markInitialised(repository.id);
      db.afterCommit(() => changes.publish({ host_id }));
    });
  }

  /** Newest first. A path finds the snapshots of that path and of the folders above it. */
  list(
    actor: Actor,
    host_id: string,
    query: ListSnapshotsQuery,
  ): { items: Snapshot[]; total: number } {
    demand(actor, "snapshot.read");
    const { tag, path, since, until, limit, offset } = query;
    const filter = {
      tag: tag || undefined,
      path: path ? path.replace(/[/\\]+$/, "") : undefined,
      since_ms: since === undefined ? undefined : Date.parse(since),
      until_ms: until === undefined ? undefined : Date.parse(until),
    };
    return this.#store.list(host_id, filter, { limit, offset });
  }
}
