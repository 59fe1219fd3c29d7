/** @module SQL of the accounts. */
import { iso, isoOrNull } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { Role, User } from "../protocol/entities.ts";

export interface UserRow {
  id: string;
  username: string;
  password_hash: string;
  role: Role;
  created_at_ms: number;
  last_login_at_ms: number | null;
}

export class UsersStore {
  #insert;
  #any;
  #by_id;
  #by_name;
  #list;
  #set_hash;
  #set_login;
  constructor(db: Database) {
    this.#insert = db.prepare(
      `INSERT INTO users (id, username, password_hash, role, created_at_ms, last_login_at_ms)
       VALUES (:id, :username, :password_hash, :role, :created_at_ms, :last_login_at_ms)`,
    );
    this.#any = db.prepare("SELECT 1 FROM users LIMIT 1");
    this.#by_id = db.prepare("SELECT * FROM users WHERE id = :id");
    this.#by_name = db.prepare("SELECT * FROM users WHERE username = :username");
    this.#list = db.prepare("SELECT * FROM users ORDER BY username");
    this.#set_hash = db.prepare("UPDATE users SET password_hash = :password_hash WHERE id = :id");
    this.#set_login = db.prepare("UPDATE users SET last_login_at_ms = :at_ms WHERE id = :id");
  }
  insert(row: UserRow): void {
    this.#insert.run({ ...row });
  }
  any(): boolean {
    return this.#any.get() !== undefined;
  }
  byId(id: string): UserRow | undefined {
    return this.#by_id.get({ id }) as UserRow | undefined;
  }
  /** Upper and lower case of ASCII letters are the same. */
  byName(username: string): UserRow | undefined {
    return this.#by_name.get({ username }) as UserRow | undefined;
  }
  list(): UserRow[] {
    return this.#list.all() as unknown as UserRow[];
  }
  setHash(id: string, password_hash: string): void {
    this.#set_hash.run({ id, password_hash });
  }
  setLogin(id: string, at_ms: number): void {
    this.#set_login.run({ id, at_ms });
  }
}

/** A row as everybody may see it. */
export function toUser(row: Omit<UserRow, "password_hash">): User {
  return {
    id: row.id,
    username: row.username,
    role: row.role,
    created_at: iso(row.created_at_ms),
    last_login_at: isoOrNull(row.last_login_at_ms),
  };
}
