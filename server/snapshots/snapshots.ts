/** @module The cached snapshot lists, as agents report them. */
import type { Actor } from "../auth/permissions.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { ChangeFeed } from "../ports.ts";
import type { SnapshotsReport } from "../protocol/agent_messages.ts";
import type { Snapshot } from "../protocol/entities.ts";
import type { ListSnapshotsQuery } from "../protocol/rest.ts";
import type { Repositories } from "../repositories/repositories.ts";

export interface SnapshotsDeps {
  db: Database;
  clock: Clock;
  repositories: Repositories;
  changes: ChangeFeed;
}

export class Snapshots {
  constructor(_deps: SnapshotsDeps) {}
  /** Stores one page; the last one replaces the host's list. */
  applyPage(_host_id: string, _report: SnapshotsReport): void {
    throw new Error("not written yet");
  }
  /** Newest first. */
  list(
    _actor: Actor,
    _host_id: string,
    _query: ListSnapshotsQuery,
  ): { items: Snapshot[]; total: number } {
    throw new Error("not written yet");
  }
}
