/** @module Limits on attempts, in memory. */
import { isIPv6 } from "node:net";
import type { Clock } from "../clock.ts";
import { AppError } from "../errors.ts";

/** So many at once, and so many more each minute. */
const LIMITS = {
  /** Per address. */
  login: { burst: 20, per_minute: 20 },
  /** Per account and address: whoever guesses slows down themselves and not the account's owner. */
  login_account: { burst: 5, per_minute: 4 },
  /** Per account from all addresses that it never signed in from, against guessing from many. */
  login_everywhere: { burst: 100, per_minute: 60 },
  setup: { burst: 10, per_minute: 10 },
  enroll: { burst: 10, per_minute: 10 },
  /** Per host: an agent that is well opens one socket and keeps it. */
  agent_socket: { burst: 60, per_minute: 60 },
  /** Per address: a runtime is about 100 MB. */
  download: { burst: 20, per_minute: 20 },
  /** Per user. */
  api: { burst: 300, per_minute: 300 },
} as const;

export type Bucket = keyof typeof LIMITS;

/** Beyond this many buckets the oldest are forgotten, so that memory stays bounded. */
const KEYS_MAX = 10_000;

interface Level {
  left: number;
  at_ms: number;
}

export class RateLimits {
  readonly #clock: Clock;
  readonly #levels = new Map<string, Level>();
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes one from the bucket. @throws {AppError} rate_limited with retry_after_seconds */
  take(bucket: Bucket, ...key: string[]): void {
    const { burst, per_minute } = LIMITS[bucket];
    const now_ms = this.#clock.now_ms();
    const full_key = keyOf(bucket, key);
    const before = this.#levels.get(full_key) ?? { left: burst, at_ms: now_ms };
    const passed_minutes = Math.max(0, now_ms - before.at_ms) / 60_000;
    const left = Math.min(burst, before.left + passed_minutes * per_minute);
    // Deleted first, so that the map stays in the order of last use.
    this.#levels.delete(full_key);
    this.#levels.set(full_key, { left: left >= 1 ? left - 1 : left, at_ms: now_ms });
    if (this.#levels.size > KEYS_MAX) this.#levels.delete(this.#levels.keys().next().value!);
    if (left >= 1) return;
    const retry_after_seconds = Math.ceil((1 - left) * 60 / per_minute);
    throw new AppError("rate_limited", "Too many attempts", {
      hint: `Try again in ${retry_after_seconds} s`,
      retry_after_seconds,
    });
  }

  /** Fills the bucket again, after a success. */
  forgive(bucket: Bucket, ...key: string[]): void {
    this.#levels.delete(keyOf(bucket, key));
  }
}

function keyOf(bucket: Bucket, key: string[]): string {
  return JSON.stringify([bucket, ...key.map(placeOf)]);
}

/** What counts as one address: whoever has one of IPv6 has at least all with the same first 64 bits. */
export function placeOf(address: string): string {
  return isIPv6(address) ? networkOf(address) : address;
}

function networkOf(address: string): string {
  const [left = "", right] = address.toLowerCase().split("::");
  const groups = (text: string | undefined) => text ? text.split(":") : [];
  const [before, after] = [groups(left), groups(right)];
  const zeros = right === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const all = [...before, ...Array<string>(zeros).fill("0"), ...after];
  return all.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, "")).join(":");
}
