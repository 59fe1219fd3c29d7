/** @module The audit log: written in the transaction of the change, hash-chained, never altered. */
import type { Actor } from "../auth/permissions.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { AuditEntry } from "../protocol/entities.ts";
import type { ListAuditQuery } from "../protocol/rest.ts";

export interface AuditRecord {
  /** A dotted verb, as `host.add`, `job.start`, `credentials.edit`. */
  action: string;
  target_kind: string;
  target_id: string | null;
  /** Never a secret: say that it was set, not what it is. */
  payload?: Record<string, unknown>;
}

export class Audit {
  constructor(_db: Database, _clock: Clock) {}
  /** Adds a row. @throws {Error} outside a transaction */
  record(_actor: Actor, _entry: AuditRecord): void {
    throw new Error("not written yet");
  }
  list(
    _actor: Actor,
    _query: ListAuditQuery,
  ): { items: AuditEntry[]; next_before_seq: number | null } {
    throw new Error("not written yet");
  }
  /** The first row whose hash or link is wrong, or undefined if the whole chain holds. */
  verify(): { bad_seq: number; reason: string } | undefined {
    throw new Error("not written yet");
  }
}
