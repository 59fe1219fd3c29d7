/** @module Limits on attempts, in memory. */
import type { Clock } from "../clock.ts";

export class RateLimits {
  constructor(_clock: Clock) {}
  /** Takes one from the bucket. @throws {AppError} rate_limited with retry_after_seconds */
  take(_bucket: "login" | "enroll" | "api" | "setup", _key: string): void {
    throw new Error("not written yet");
  }
}
