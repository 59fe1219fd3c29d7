import type { StatementSync } from "node:sqlite";
import type { Database } from "../db/database.ts";

/** A one-time token as it is kept: only its hash, and the host's credentials until it is used. */
export interface TokenRow {
  id: string;
  host_id: string;
  credentials_sealed: string | null;
  created_at_ms: number;
  expires_at_ms: number;
  used_at_ms: number | null;
  revoked_at_ms: number | null;
}

/** SQL of enrolment tokens. */
export class EnrollmentStore {
  #insert: StatementSync;
  #by_hash: StatementSync;
  #newest: StatementSync;
  #revoke_all: StatementSync;
  #use: StatementSync;
  #connected_at: StatementSync;
  #forget_credentials: StatementSync;
  #remove_before: StatementSync;

  constructor(db: Database) {
    this.#insert = db.prepare(
      `INSERT INTO enrollment_tokens
         (id, host_id, token_hash, credentials_sealed, created_at_ms, expires_at_ms)
       VALUES (:id, :host_id, :token_hash, :credentials_sealed, :created_at_ms, :expires_at_ms)`,
    );
    this.#by_hash = db.prepare("SELECT * FROM enrollment_tokens WHERE token_hash = :token_hash");
    this.#newest = db.prepare(
      `SELECT * FROM enrollment_tokens WHERE host_id = :host_id
       ORDER BY created_at_ms DESC, rowid DESC LIMIT 1`,
    );
    this.#revoke_all = db.prepare(
      `UPDATE enrollment_tokens
       SET credentials_sealed = NULL, revoked_at_ms = coalesce(revoked_at_ms, :now_ms)
       WHERE host_id = :host_id AND used_at_ms IS NULL`,
    );
    this.#use = db.prepare(
      `UPDATE enrollment_tokens SET used_at_ms = :now_ms, credentials_sealed = NULL
       WHERE id = :id AND used_at_ms IS NULL AND revoked_at_ms IS NULL AND expires_at_ms > :now_ms`,
    );
    this.#forget_credentials = db.prepare(
      `UPDATE enrollment_tokens SET credentials_sealed = NULL
       WHERE expires_at_ms < :now_ms AND credentials_sealed IS NOT NULL`,
    );
    // The newest one of a host stays: its page says what became of it.
    this.#remove_before = db.prepare(
      `DELETE FROM enrollment_tokens AS t WHERE expires_at_ms < :before_ms AND EXISTS (
         SELECT 1 FROM enrollment_tokens n WHERE n.host_id = t.host_id
           AND (n.created_at_ms, n.rowid) > (t.created_at_ms, t.rowid))`,
    );
    this.#connected_at = db.prepare(
      "SELECT enrolled_at_ms, connected_at_ms FROM hosts WHERE id = :host_id",
    );
  }

  insert(row: {
    id: string;
    host_id: string;
    token_hash: string;
    credentials_sealed: string | null;
    created_at_ms: number;
    expires_at_ms: number;
  }): void {
    this.#insert.run({ ...row });
  }

  byHash(token_hash: string): TokenRow | undefined {
    return plain(this.#by_hash.get({ token_hash }));
  }

  newest(host_id: string): TokenRow | undefined {
    return plain(this.#newest.get({ host_id }));
  }

  /** Revokes the host's unused tokens and forgets the credentials they carry. */
  revokeAll(host_id: string, now_ms: number): void {
    this.#revoke_all.run({ host_id, now_ms });
  }

  /** Spends a token. False if it was used, revoked or has expired: of many racers one gets true. */
  use(id: string, now_ms: number): boolean {
    return this.#use.run({ id, now_ms }).changes === 1;
  }

  /** Forgets the credentials that expired tokens carry. */
  forgetExpiredCredentials(now_ms: number): void {
    this.#forget_credentials.run({ now_ms });
  }

  /** Removes tokens that expired before, but for the newest of each host. */
  removeBefore(before_ms: number): void {
    this.#remove_before.run({ before_ms });
  }

  hostTimes(
    host_id: string,
  ): { enrolled_at_ms: number | null; connected_at_ms: number | null } | undefined {
    const row = this.#connected_at.get({ host_id });
    return row === undefined ? undefined : {
      enrolled_at_ms: row.enrolled_at_ms as number | null,
      connected_at_ms: row.connected_at_ms as number | null,
    };
  }
}

function plain(row: Record<string, unknown> | undefined): TokenRow | undefined {
  return row === undefined ? undefined : { ...row } as unknown as TokenRow;
}
