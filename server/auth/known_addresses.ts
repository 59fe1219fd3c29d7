/** @module From where accounts have signed in, in memory: an address that did is no stranger's. */
import { placeOf } from "./rate_limits.ts";

/** Only who knows a password adds one. */
const KEPT_MAX = 1000;

export class KnownAddresses {
  /** In the order of the last sign-in. */
  readonly #keys = new Set<string>();

  add(username: string, ip: string): void {
    const key = keyOf(username, ip);
    this.#keys.delete(key);
    this.#keys.add(key);
    if (this.#keys.size > KEPT_MAX) this.#keys.delete(this.#keys.values().next().value!);
  }

  has(username: string, ip: string): boolean {
    return this.#keys.has(keyOf(username, ip));
  }
}

function keyOf(username: string, ip: string): string {
  return JSON.stringify([username.toLowerCase(), placeOf(ip)]);
}
