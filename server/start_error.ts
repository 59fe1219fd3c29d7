/** @module Reasons not to start, written for the operator. main.ts prints them and exits with 78. */

/** One or more reasons why the server must not start; each says what to do about it. */
export class StartError extends Error {
  readonly reasons: readonly string[];
  constructor(reasons: string | readonly string[], options?: { cause?: unknown }) {
    const list = typeof reasons === "string" ? [reasons] : reasons;
    super(list.join("\n"), options);
    this.name = "StartError";
    this.reasons = list;
  }
}
