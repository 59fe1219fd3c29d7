/** @module The limits of every attempt at a password: at a sign-in, and where a password is changed. */
import type { RateLimits } from "./rate_limits.ts";
import type { Sessions } from "./sessions.ts";

export interface PasswordAttemptsDeps {
  rate_limits: RateLimits;
  sessions: Pick<Sessions, "knows">;
}

/** Whose password, and from where. */
export interface Attempt {
  username: string;
  ip: string;
}

/**
 * Counts an attempt before the password is looked at. Guessing from many addresses together slows down
 * new addresses alone: else anybody could lock an account's owner out.
 * @throws {AppError} rate_limited
 */
export function takeAttempt(deps: PasswordAttemptsDeps, { username, ip }: Attempt): void {
  const { rate_limits, sessions } = deps;
  const account = username.toLowerCase();
  rate_limits.take("login", ip);
  rate_limits.take("login_account", account, ip);
  if (!sessions.knows(account, ip)) rate_limits.take("login_everywhere", account);
}

/** The password was right: what was typed wrong before is forgotten. */
export function forgiveAttempts(
  { rate_limits }: Pick<PasswordAttemptsDeps, "rate_limits">,
  { username, ip }: Attempt,
): void {
  rate_limits.forgive("login", ip);
  rate_limits.forgive("login_account", username.toLowerCase(), ip);
}
