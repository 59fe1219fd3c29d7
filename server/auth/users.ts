/** @module Accounts and their passwords. */
import type { Audit } from "../audit/audit.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { Role, User } from "../protocol/entities.ts";
import type { Actor } from "./permissions.ts";

export interface UsersDeps {
  db: Database;
  clock: Clock;
  audit: Audit;
}

export class Users {
  constructor(_deps: UsersDeps) {}
  /** False until the first administrator exists: then only the set-up page is served. */
  get anyExists(): boolean {
    throw new Error("not written yet");
  }
  /** Makes the first administrator. @throws {AppError} already_set_up, password_too_short, password_common */
  createFirst(_input: { username: string; password: string }, _ip: string): Promise<User> {
    throw new Error("not written yet");
  }
  /** @throws {AppError} forbidden, name_taken, password_too_short, password_common */
  add(_actor: Actor, _input: { username: string; password: string; role: Role }): Promise<User> {
    throw new Error("not written yet");
  }
  /** The user, or undefined for a wrong name or password (same time for both). */
  authenticate(_username: string, _password: string): Promise<User | undefined> {
    throw new Error("not written yet");
  }
  list(_actor: Actor): User[] {
    throw new Error("not written yet");
  }
}
