/** @module Accounts and their passwords. */
import type { Audit } from "../audit/audit.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import { AppError } from "../errors.ts";
import { mintId } from "../ids.ts";
import type { Role, User } from "../protocol/entities.ts";
import { checkNewPassword, checkPassword } from "./password_rules.ts";
import { Passwords } from "./passwords.ts";
import { type Actor, demand } from "./permissions.ts";
import { toUser, type UserRow, UsersStore } from "./users_store.ts";

export interface UsersDeps {
  db: Database;
  clock: Clock;
  audit: Audit;
}

export class Users {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #audit: Audit;
  readonly #store: UsersStore;
  readonly #passwords = new Passwords();
  #any_exists = false;

  constructor({ db, clock, audit }: UsersDeps) {
    this.#db = db;
    this.#clock = clock;
    this.#audit = audit;
    this.#store = new UsersStore(db);
  }

  /** False until the first administrator exists: then only the set-up page is served. */
  get anyExists(): boolean {
    // Asked with every request, and the answer never turns back.
    this.#any_exists ||= this.#store.any();
    return this.#any_exists;
  }

  /** Makes the first administrator. @throws {AppError} already_set_up, password_too_short, password_common */
  async createFirst(input: { username: string; password: string }, ip: string): Promise<User> {
    this.#refuseIfSetUp();
    const row = await this.#newRow({ ...input, role: "admin" });
    this.#db.transaction(() => {
      this.#refuseIfSetUp();
      this.#store.insert(row);
      const actor: Actor = { kind: "user", id: row.id, name: row.username, role: row.role, ip };
      this.#recordAdded(actor, row, "server.set_up");
    });
    return toUser(row);
  }

  /** @throws {AppError} forbidden, name_taken, password_too_short, password_common */
  async add(
    actor: Actor,
    input: { username: string; password: string; role: Role },
  ): Promise<User> {
    demand(actor, "user.manage");
    this.#refuseIfTaken(input.username);
    const row = await this.#newRow(input);
    this.#db.transaction(() => {
      this.#refuseIfTaken(input.username);
      this.#store.insert(row);
      this.#recordAdded(actor, row, "user.add");
    });
    return toUser(row);
  }

  /** The user, or undefined for a wrong name or password (same time for both). @throws {AppError} busy */
  async authenticate(username: string, password: string): Promise<User | undefined> {
    const row = this.#store.byName(username);
    if (row === undefined) {
      await this.#passwords.pretend(password);
      return undefined;
    }
    if (!await this.#passwords.matches(password, row.password_hash)) return undefined;
    const newer_hash = this.#passwords.isOutdated(row.password_hash)
      ? await this.#passwords.hash(password)
      : undefined;
    // Changed while it was compared: the old password must not sign anybody in any more.
    if (this.#store.byId(row.id)?.password_hash !== row.password_hash) return undefined;
    if (newer_hash !== undefined) this.#store.setHash(row.id, newer_hash);
    const last_login_at_ms = this.#clock.now_ms();
    this.#store.setLogin(row.id, last_login_at_ms);
    return toUser({ ...row, last_login_at_ms });
  }

  /**
   * Replaces a user's password for themselves. `alongside` runs in the same transaction.
   * @throws {AppError} wrong_password, password_too_short, password_common, busy
   */
  async changePassword(
    actor: Actor,
    input: { current_password: string; password: string },
    alongside: () => void,
  ): Promise<void> {
    const row = actor.id === null ? undefined : this.#store.byId(actor.id);
    if (row === undefined) throw new AppError("unauthenticated", "Sign in first");
    checkNewPassword(input, row.username);
    const about = { target_kind: "user", target_id: row.id };
    if (!await this.#passwords.matches(input.current_password, row.password_hash)) {
      this.#db.transaction(() =>
        this.#audit.record(actor, { action: "user.password_refused", ...about })
      );
      throw wrongPassword();
    }
    const password_hash = await this.#passwords.hash(input.password);
    this.#db.transaction(() => {
      if (this.#store.byId(row.id)?.password_hash !== row.password_hash) throw wrongPassword();
      this.#store.setHash(row.id, password_hash);
      this.#audit.record(actor, { action: "user.password_change", ...about });
      alongside();
    });
  }

  list(actor: Actor): User[] {
    demand(actor, "user.manage");
    return this.#store.list().map(toUser);
  }

  async #newRow(
    { username, password, role }: { username: string; password: string; role: Role },
  ): Promise<UserRow> {
    checkPassword(password, username);
    const now_ms = this.#clock.now_ms();
    return {
      id: mintId(now_ms),
      username,
      password_hash: await this.#passwords.hash(password),
      role,
      created_at_ms: now_ms,
      last_login_at_ms: null,
    };
  }

  #recordAdded(actor: Actor, row: UserRow, action: string): void {
    const payload = { username: row.username, role: row.role };
    this.#audit.record(actor, { action, target_kind: "user", target_id: row.id, payload });
  }

  #refuseIfSetUp(): void {
    if (!this.anyExists) return;
    throw new AppError("already_set_up", "This server is already set up", { hint: "Sign in" });
  }

  #refuseIfTaken(username: string): void {
    if (this.#store.byName(username) === undefined) return;
    throw new AppError("name_taken", "There is already a user with this name", {
      field: "username",
      hint: "Choose another name",
    });
  }
}

function wrongPassword(): AppError {
  return new AppError("wrong_password", "This is not your current password", {
    field: "current_password",
    hint: "Upper and lower case matter",
  });
}
