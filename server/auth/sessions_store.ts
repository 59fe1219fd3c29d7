/** @module SQL of the browser sessions. */
import type { Database } from "../db/database.ts";
import type { Role } from "../protocol/entities.ts";

export interface SessionRow {
  token_hash: string;
  id: string;
  user_id: string;
  created_at_ms: number;
  last_used_at_ms: number;
  expires_at_ms: number;
  ip: string;
  user_agent: string;
}

/** A session with its user's present name and role. */
export interface FoundSession extends SessionRow {
  username: string;
  role: Role;
  user_created_at_ms: number;
  last_login_at_ms: number | null;
}

export class SessionsStore {
  #insert;
  #find;
  #by_id;
  #by_user;
  #addresses;
  #touch;
  #delete;
  #delete_expired;
  #delete_surplus;
  constructor(db: Database) {
    this.#insert = db.prepare(
      `INSERT INTO sessions (token_hash, id, user_id, created_at_ms, last_used_at_ms,
         expires_at_ms, ip, user_agent)
       VALUES (:token_hash, :id, :user_id, :created_at_ms, :last_used_at_ms,
         :expires_at_ms, :ip, :user_agent)`,
    );
    this.#find = db.prepare(
      `SELECT s.*, u.username, u.role, u.created_at_ms AS user_created_at_ms, u.last_login_at_ms
       FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token_hash = :token_hash`,
    );
    this.#by_id = db.prepare("SELECT * FROM sessions WHERE id = :id");
    this.#by_user = db.prepare(
      `SELECT * FROM sessions
       WHERE user_id = :user_id AND expires_at_ms > :now_ms
         AND abs(:now_ms - last_used_at_ms) < :now_ms - :idle_since_ms
       ORDER BY last_used_at_ms DESC, id DESC`,
    );
    this.#addresses = db.prepare(
      `SELECT DISTINCT ip FROM sessions
       WHERE user_id = (SELECT id FROM users WHERE username = :username)`,
    );
    this.#touch = db.prepare(
      "UPDATE sessions SET last_used_at_ms = :at_ms WHERE token_hash = :token_hash",
    );
    this.#delete = db.prepare("DELETE FROM sessions WHERE token_hash = :token_hash");
    this.#delete_expired = db.prepare(
      `DELETE FROM sessions
       WHERE expires_at_ms <= :now_ms OR abs(:now_ms - last_used_at_ms) >= :now_ms - :idle_since_ms
       RETURNING id`,
    );
    this.#delete_surplus = db.prepare(
      `DELETE FROM sessions WHERE token_hash IN (
         SELECT token_hash FROM sessions WHERE user_id = :user_id
         ORDER BY last_used_at_ms DESC, id DESC LIMIT -1 OFFSET :keep)
       RETURNING id`,
    );
  }
  insert(row: SessionRow): void {
    this.#insert.run({ ...row });
  }
  find(token_hash: string): FoundSession | undefined {
    return this.#find.get({ token_hash }) as FoundSession | undefined;
  }
  byId(id: string): SessionRow | undefined {
    return this.#by_id.get({ id }) as SessionRow | undefined;
  }
  /** The live sessions of a user, the most recently used first. */
  ofUser(user_id: string, now_ms: number, idle_since_ms: number): SessionRow[] {
    return this.#by_user.all({ user_id, now_ms, idle_since_ms }) as unknown as SessionRow[];
  }
  /** From where the sessions of an account were begun that are still kept. */
  addressesOf(username: string): string[] {
    return this.#addresses.all({ username }).map((row) => row["ip"] as string);
  }
  touch(token_hash: string, at_ms: number): void {
    this.#touch.run({ token_hash, at_ms });
  }
  delete(token_hash: string): void {
    this.#delete.run({ token_hash });
  }
  /** Answers the ids of the deleted. */
  deleteExpired(now_ms: number, idle_since_ms: number): string[] {
    return this.#delete_expired.all({ now_ms, idle_since_ms }).map(idOf);
  }
  /** Keeps the most recently used sessions of a user; answers the ids of the deleted. */
  deleteSurplus(user_id: string, keep: number): string[] {
    return this.#delete_surplus.all({ user_id, keep }).map(idOf);
  }
}

function idOf(row: Record<string, unknown>): string {
  return row["id"] as string;
}
