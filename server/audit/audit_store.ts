/** @module SQL of the audit log. */
import type { StatementSync } from "node:sqlite";
import type { Database } from "../db/database.ts";

/** A row as it is stored; `payload` is canonical JSON text. */
export interface AuditRow {
  seq: number;
  ts_ms: number;
  actor: "user" | "agent" | "system";
  user_id: string | null;
  actor_name: string | null;
  ip: string | null;
  action: string;
  target_kind: string;
  target_id: string | null;
  payload: string;
  prev_hash: string;
  hash: string;
}

export interface AuditFilter {
  action: string | null;
  target_id: string | null;
  actor: string | null;
  before_seq: number | null;
  limit: number;
}

/** How each filter narrows. Named parameters of the same name carry the values. */
const CONDITIONS = {
  action: "action = :action",
  target_id: "target_id = :target_id",
  actor: "actor = :actor",
  before_seq: "seq < :before_seq",
} as const satisfies Record<Exclude<keyof AuditFilter, "limit">, string>;

export class AuditStore {
  #insert;
  #head;
  #hashOf;
  readonly #db: Database;
  /** One for each combination of filters: with all of them in one, no index is used. */
  readonly #lists = new Map<string, StatementSync>();
  #page;
  constructor(db: Database) {
    this.#insert = db.prepare(
      `INSERT INTO audit_log (seq, ts_ms, actor, user_id, actor_name, ip, action, target_kind,
         target_id, payload, prev_hash, hash)
       VALUES (:seq, :ts_ms, :actor, :user_id, :actor_name, :ip, :action, :target_kind,
         :target_id, :payload, :prev_hash, :hash)`,
    );
    this.#head = db.prepare("SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1");
    this.#hashOf = db.prepare("SELECT hash FROM audit_log WHERE seq = :seq");
    this.#db = db;
    this.#page = db.prepare("SELECT * FROM audit_log WHERE seq > :after ORDER BY seq LIMIT :limit");
  }
  insert(row: AuditRow): void {
    this.#insert.run({ ...row });
  }
  /** The newest row's number and hash. */
  head(): { seq: number; hash: string } | undefined {
    return this.#head.get() as { seq: number; hash: string } | undefined;
  }
  hashOf(seq: number): string | undefined {
    return this.#hashOf.get({ seq })?.["hash"] as string | undefined;
  }
  /** Newest first. */
  list({ limit, ...filter }: AuditFilter): AuditRow[] {
    const given = Object.entries(filter).filter(([, value]) => value !== null);
    const conditions = given.map(([name]) => CONDITIONS[name as keyof typeof CONDITIONS]);
    const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
    const sql = `SELECT * FROM audit_log ${where} ORDER BY seq DESC LIMIT :limit`;
    const statement = this.#lists.get(sql) ?? this.#db.prepare(sql);
    this.#lists.set(sql, statement);
    return statement.all({ ...Object.fromEntries(given), limit }) as unknown as AuditRow[];
  }
  /** Oldest first, after a number. */
  page(after: number, limit: number): AuditRow[] {
    return this.#page.all({ after, limit }) as unknown as AuditRow[];
  }
}
