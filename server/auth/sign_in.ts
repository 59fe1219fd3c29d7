/** @module Signing in and the first set-up, the same for pages and REST: limits first, then the check. */
import { AppError } from "../errors.ts";
import type { User } from "../protocol/entities.ts";
import { forgiveAttempts, takeAttempt } from "./password_attempts.ts";
import type { RateLimits } from "./rate_limits.ts";
import type { Refusals } from "./refusals.ts";
import type { Session, Sessions } from "./sessions.ts";
import type { SetupCode } from "./setup_code.ts";
import type { Users } from "./users.ts";

/** The part of Services that this needs. */
export interface SignInDeps {
  users: Users;
  sessions: Sessions;
  rate_limits: RateLimits;
  refusals: Refusals;
  setup_code: SetupCode;
}

export interface From {
  ip: string;
  user_agent: string;
  /** The session token that the browser had until now: its session ends. */
  old_token?: string | undefined;
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
  const attempt = { username: input.username, ip: from.ip };
  takeAttempt(deps, attempt);
  const user = await deps.users.authenticate(input.username, input.password);
  if (user === undefined) {
    deps.refusals.record("session.refused", from.ip);
    throw new AppError("bad_credentials", "Wrong user name or password", {
      hint: "Check both; upper and lower case of the password matter",
    });
  }
  forgiveAttempts(deps, attempt);
  if (from.old_token !== undefined) deps.sessions.end(from.old_token, from.ip);
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
  if (!deps.setup_code.matches(input.code)) {
    deps.refusals.record("server.set_up_refused", from.ip);
    throw new AppError("bad_setup_code", "This is not the set-up code", {
      field: "code",
      hint:
        "The server printed it when it started, and keeps it in the file setup-code of its data",
    });
  }
  const user: User = await deps.users.createFirst(input, from.ip);
  deps.setup_code.spend();
  return deps.sessions.start(user, from);
}
