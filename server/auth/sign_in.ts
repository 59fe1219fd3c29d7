/** @module Signing in and the first set-up, the same for pages and REST: limits first, then the check. */
import type { Audit } from "../audit/audit.ts";
import type { Database } from "../db/database.ts";
import { AppError } from "../errors.ts";
import type { User } from "../protocol/entities.ts";
import type { RateLimits } from "./rate_limits.ts";
import type { Session, Sessions } from "./sessions.ts";
import type { SetupCode } from "./setup_code.ts";
import type { Users } from "./users.ts";

/** The part of Services that this needs. */
export interface SignInDeps {
  db: Database;
  audit: Audit;
  users: Users;
  sessions: Sessions;
  rate_limits: RateLimits;
  setup_code: SetupCode;
}

export interface From {
  ip: string;
  user_agent: string;
}

export interface SignedIn {
  /** For the cookie. */
  token: string;
  session: Session;
}

/** @throws {AppError} bad_credentials, rate_limited or busy */
export async function signIn(
  deps: SignInDeps,
  input: { username: string; password: string },
  from: From,
): Promise<SignedIn> {
  const account = input.username.toLowerCase();
  deps.rate_limits.take("login", from.ip);
  deps.rate_limits.take("login_account", account);
  const user = await deps.users.authenticate(input.username, input.password);
  if (user === undefined) {
    recordFailure(deps, from.ip);
    throw new AppError("bad_credentials", "Wrong user name or password", {
      hint: "Check both; upper and lower case of the password matter",
    });
  }
  deps.rate_limits.forgive("login", from.ip);
  deps.rate_limits.forgive("login_account", account);
  return deps.sessions.start(user, from);
}

/**
 * Makes the first administrator and signs them in.
 * @throws {AppError} bad_setup_code, already_set_up, password_too_short, password_common, rate_limited
 */
export async function setUp(
  deps: SignInDeps,
  input: { code: string; username: string; password: string },
  from: From,
): Promise<SignedIn> {
  deps.rate_limits.take("setup", from.ip);
  if (deps.users.anyExists) {
    throw new AppError("already_set_up", "This server is already set up", { hint: "Sign in" });
  }
  deps.setup_code.check(input.code);
  const user: User = await deps.users.createFirst(input, from.ip);
  deps.setup_code.spend();
  return deps.sessions.start(user, from);
}

function recordFailure({ db, audit }: SignInDeps, ip: string): void {
  // The typed name is left out: people type their password into that field.
  const actor = { kind: "system", id: null, name: "sign-in", role: null, ip } as const;
  db.transaction(() =>
    audit.record(actor, { action: "session.refused", target_kind: "session", target_id: null })
  );
}
