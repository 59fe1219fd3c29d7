/** @module Changing one's own password, the same for the page and REST: limited as a sign-in is. */
import { AppError } from "../errors.ts";
import type { ChangePasswordRequest } from "../protocol/rest.ts";
import { checkNewPassword } from "./password_rules.ts";
import { forgiveAttempts, takeAttempt } from "./password_attempts.ts";
import type { RateLimits } from "./rate_limits.ts";
import { actorOf, type Session, type Sessions } from "./sessions.ts";
import type { Users } from "./users.ts";

/** The part of Services that this needs. */
export interface ChangePasswordDeps {
  users: Users;
  sessions: Sessions;
  rate_limits: RateLimits;
}

/**
 * Replaces the password of the session's user and ends all their other sessions, in one step.
 * Answers how many it ended.
 * @throws {AppError} wrong_password, password_too_short, password_common, rate_limited, busy
 */
export async function changePassword(
  deps: ChangePasswordDeps,
  input: ChangePasswordRequest,
  by: { session: Session; ip: string },
): Promise<number> {
  const { session, ip } = by;
  const attempt = { username: session.user.username, ip };
  // First, so that a password that is refused anyway costs no attempt.
  checkNewPassword(input, session.user.username);
  takeAttempt(deps, attempt);
  let ended = 0;
  await deps.users.changePassword(actorOf(session.user, ip), input, () => {
    // The hashes take a while: somebody may have ended this very session meanwhile.
    if (!deps.sessions.isLive(session)) throw new AppError("unauthenticated", "Sign in first");
    ended = deps.sessions.endOthers(session, ip);
  });
  forgiveAttempts(deps, attempt);
  return ended;
}
