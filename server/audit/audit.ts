/** @module The audit log: written in the transaction of the change, hash-chained, never altered. */
import { type Actor, demand } from "../auth/permissions.ts";
import { type Clock, iso } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { AuditEntry } from "../protocol/entities.ts";
import type { ListAuditQuery } from "../protocol/rest.ts";
import { type AuditRow, AuditStore } from "./audit_store.ts";
import { canonicalJson, GENESIS_HASH, hashRow } from "./chain.ts";

const VERIFY_PAGE_ROWS = 1000;

export interface AuditRecord {
  /** A dotted verb, as `host.add`, `job.start`, `credentials.edit`. */
  action: string;
  target_kind: string;
  target_id: string | null;
  /** Never a secret: say that it was set, not what it is. */
  payload?: Record<string, unknown>;
}

export class Audit {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #store: AuditStore;
  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
    this.#store = new AuditStore(db);
  }

  /** Adds a row. @throws {Error} outside a transaction */
  record(actor: Actor, entry: AuditRecord): void {
    if (!this.#db.inTransaction) {
      throw new Error(`audit.record("${entry.action}") outside the transaction of its change`);
    }
    const head = this.#store.head();
    const row = {
      seq: (head?.seq ?? 0) + 1,
      ts_ms: this.#clock.now_ms(),
      actor: actor.kind,
      user_id: actor.kind === "user" ? actor.id : null,
      // Kept in the row: the log must still say who it was after the account is gone.
      actor_name: actor.name,
      ip: actor.ip,
      action: entry.action,
      target_kind: entry.target_kind,
      target_id: entry.target_id,
      payload: canonicalJson(entry.payload ?? {}),
      prev_hash: head?.hash ?? GENESIS_HASH,
    };
    this.#store.insert({ ...row, hash: hashRow(row) });
  }

  /** Newest first; `next_before_seq` asks for the page before, null at the end. */
  list(
    actor: Actor,
    query: ListAuditQuery,
  ): { items: AuditEntry[]; next_before_seq: number | null } {
    demand(actor, "audit.read");
    const rows = this.#store.list({
      action: query.action ?? null,
      target_id: query.target_id ?? null,
      actor: query.actor ?? null,
      before_seq: query.before_seq ?? null,
      limit: query.limit + 1,
    });
    const items = rows.slice(0, query.limit).map(toEntry);
    return { items, next_before_seq: rows.length > query.limit ? items.at(-1)!.seq : null };
  }

  /** The newest row's number and hash; number 0 of an empty log. */
  head(): { seq: number; hash: string } {
    return this.#store.head() ?? { seq: 0, hash: GENESIS_HASH };
  }

  /** True if this row stands in the log as it did. A copy that was put back lacks the newest ones. */
  holds({ seq, hash }: { seq: number; hash: string }): boolean {
    return seq === 0 || this.#store.hashOf(seq) === hash;
  }

  /** The first row whose hash or link is wrong, or undefined if the whole chain holds. */
  verify(): { bad_seq: number; reason: string } | undefined {
    let seq = 0;
    let hash = GENESIS_HASH;
    for (;;) {
      const rows = this.#store.page(seq, VERIFY_PAGE_ROWS);
      if (rows.length === 0) return undefined;
      for (const row of rows) {
        if (row.seq !== seq + 1) return { bad_seq: seq + 1, reason: "this row is missing" };
        if (row.prev_hash !== hash) {
          return { bad_seq: row.seq, reason: "it does not follow the row before it" };
        }
        if (hashRow(withoutHash(row)) !== row.hash) {
          return { bad_seq: row.seq, reason: "its content was changed" };
        }
        seq = row.seq;
        hash = row.hash;
      }
    }
  }
}

function withoutHash({ hash: _hash, ...row }: AuditRow): Omit<AuditRow, "hash"> {
  return row;
}

function toEntry(row: AuditRow): AuditEntry {
  return {
    seq: row.seq,
    ts: iso(row.ts_ms),
    actor: row.actor,
    user_id: row.user_id,
    actor_name: row.actor_name,
    ip: row.ip,
    action: row.action,
    target_kind: row.target_kind,
    target_id: row.target_id,
    payload: JSON.parse(row.payload),
    hash: row.hash,
  };
}
